import type {RefObject} from "preact";
import {useEffect, useState} from "preact/hooks";

export interface Window {
  first: number;
  last: number;
}

const beyond = 8; // rows drawn past the edge, so that a fast scroll does not show a gap

/** Which of `length` rows of equal height are in sight in a scrolling box; `last` is -1 when there are none. */
export function useWindow(box: RefObject<HTMLElement | null>, length: number, rowHeight: number): Window {
  const [seen, setSeen] = useState({top: 0, height: 600});
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () =>
      setSeen(old => {
        const [top, height] = [element.scrollTop, element.clientHeight];
        return old.top === top && old.height === height ? old : {top, height};
      });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, {passive: true});
    look();
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [length === 0]);
  const first = Math.max(0, Math.min(Math.floor(seen.top / rowHeight) - beyond, length - 1));
  const last = Math.min(length - 1, Math.ceil((seen.top + seen.height) / rowHeight) + beyond);
  return {first, last};
}
