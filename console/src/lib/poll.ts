import {useEffect, useRef, useState} from "preact/hooks";

import {errorText, isCancelled} from "../http";

export interface Polled<T> {
  data: T | undefined;
  /** Of the last attempt; the data of the one before may still be there. */
  error: string;
  refresh: () => void;
}

/**
 * Loads at once, then `milliseconds` after each answer as long as the page is seen; 0: only once. What belongs to other
 * `inputs` is forgotten when they change.
 */
export function usePoll<T>(load: (signal: AbortSignal) => Promise<T>, milliseconds: number,
    inputs: readonly unknown[] = []): Polled<T> {
  const [state, setState] = useState<{data?: T; error: string}>({error: ""});
  const latest = useRef(load);
  const again = useRef<() => void>(() => {});
  latest.current = load;

  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    let running = false;
    let wanted = false;
    setState({error: ""});

    async function round(): Promise<void> {
      clearTimeout(timer);
      if (running) {
        wanted = true;
        return;
      }
      running = true;
      if (!document.hidden) await attempt();
      running = false;
      if (abort.signal.aborted) return;
      if (wanted) {
        wanted = false;
        void round();
      } else if (milliseconds > 0) {
        timer = window.setTimeout(round, milliseconds);
      }
    }

    async function attempt(): Promise<void> {
      try {
        const data = await latest.current(abort.signal);
        if (!abort.signal.aborted) setState({data, error: ""});
      } catch (error) {
        if (!abort.signal.aborted && !isCancelled(error)) setState(old => ({data: old.data, error: errorText(error)}));
      }
    }

    const seen = () => { if (!document.hidden) void round(); };
    document.addEventListener("visibilitychange", seen);
    again.current = () => void round();
    void round();
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [milliseconds, ...inputs]);

  return {data: state.data, error: state.error, refresh: () => again.current()};
}
