import {useEffect, useRef, useState} from "preact/hooks";

import {CallError, errorText, isCancelled} from "../http";

export interface Polled<T> {
  data: T | undefined;
  /** Of the last attempt; the data of the one before may still be there, unless there is no such thing any more. */
  error: string;
  /** Whether it said that there is no such thing. */
  missing: boolean;
  refresh: () => void;
}

interface State<T> {
  data: T | undefined;
  error: string;
  missing: boolean;
}

const nothing = {data: undefined, error: "", missing: false};

/** Milliseconds; they may depend on what was answered last. */
type Interval<T> = number | ((data: T | undefined) => number);

/**
 * Loads at once, then `every` so many milliseconds after each answer as long as the page is seen; 0: only once. What
 * belongs to other `inputs` is forgotten when they change.
 */
export function usePoll<T>(
  load: (signal: AbortSignal) => Promise<T>,
  every: Interval<T>,
  inputs: readonly unknown[] = [],
): Polled<T> {
  const [state, setState] = useState<State<T>>(nothing);
  const latest = useRef(load);
  const interval = useRef(every);
  const again = useRef<() => void>(() => {});
  latest.current = load;
  interval.current = every;

  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    let running = false;
    let wanted = false;
    setState(nothing);
    let newest: T | undefined;

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
        return;
      }
      const wait = typeof interval.current === "number" ? interval.current : interval.current(newest);
      if (wait > 0) timer = window.setTimeout(round, wait);
    }

    async function attempt(): Promise<void> {
      try {
        const data = await latest.current(abort.signal);
        if (abort.signal.aborted) return;
        newest = data;
        setState({data, error: "", missing: false});
      } catch (error) {
        if (abort.signal.aborted || isCancelled(error)) return;
        const missing = error instanceof CallError && error.status === 404;
        if (missing) newest = undefined;
        setState(old => ({data: missing ? undefined : old.data, error: errorText(error), missing}));
      }
    }

    const seen = () => {
      if (!document.hidden) void round();
    };
    document.addEventListener("visibilitychange", seen);
    again.current = () => void round();
    void round();
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, inputs);

  return {...state, refresh: () => again.current()};
}
