import {useEffect, useRef, useState} from "preact/hooks";

const pauseMilliseconds = 300;

/** A text that is being typed, and the same once typing has paused, told to `onPause`. */
export function useTyped(first: string, onPause: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(first);
  const told = useRef(first);
  useEffect(() => {
    if (text === told.current) return;
    const timer = setTimeout(() => {
      told.current = text;
      onPause(text);
    }, pauseMilliseconds);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}
