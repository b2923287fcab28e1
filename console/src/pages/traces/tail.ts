import {useEffect, useRef, useState} from "preact/hooks";

import * as api from "../../api";
import {errorText} from "../../http";
import type {TraceLine} from "../../model";

/** The most lines that the page keeps; a download has all. */
export const linesMax = 20_000;
const pageSize = 1_000;
const everyMilliseconds = 1_000;

interface Tail {
  lines: readonly TraceLine[];
  error: string;
}

/** The lines of a trace as they come, as long as it is followed; of one that has ended all that there are. */
export function useTail(id: number | string, following: boolean, running: boolean): Tail {
  const [tail, setTail] = useState<Tail>({lines: [], error: ""});
  const place = useRef<{cursor: string | null; lines: readonly TraceLine[]}>({cursor: null, lines: []});
  useEffect(() => {
    if (!following) return;
    const abort = new AbortController();
    let timer = 0;
    const round = async () => {
      let soon = false;
      try {
        const {cursor, lines: before} = place.current;
        const page = await api.traceLines(id, {cursor, limit: pageSize}, abort.signal);
        const lines = page.items.length ? [...before, ...page.items].slice(-linesMax) : before;
        place.current = {cursor: page.end, lines};
        setTail({lines, error: ""});
        soon = page.next !== null;
        if (!soon && !running) return;
      } catch (error) {
        if (!abort.signal.aborted) setTail(old => ({lines: old.lines, error: errorText(error)}));
      }
      if (!abort.signal.aborted) timer = window.setTimeout(round, soon ? 0 : everyMilliseconds);
    };
    void round();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [id, following, running]);
  return tail;
}
