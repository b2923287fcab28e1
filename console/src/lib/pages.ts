import {useCallback, useEffect, useRef, useState} from "preact/hooks";

import {errorText, isCancelled} from "../http";
import type {Page} from "../model";

/** The most that a list keeps in the browser. */
export const listMax = 50_000;

export interface Pages<T> {
  items: T[];
  /** Whether there is more behind the last item, and room for it. */
  more: boolean;
  loading: boolean;
  error: string;
  full: boolean;
  loadMore: () => void;
  reload: () => void;
}

interface State<T> {
  items: T[];
  next: string | null;
  loading: boolean;
  error: string;
}

type Load<T> = (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>;

/** A list of the API, read page by page as one scrolls; from its beginning when `inputs` change. */
export function usePages<T>(load: Load<T>, inputs: readonly unknown[] = []): Pages<T> {
  const [state, setState] = useState<State<T>>({items: [], next: null, loading: true, error: ""});
  const latest = useRef(load);
  const abort = useRef<AbortController | null>(null);
  latest.current = load;

  const read = useCallback(async (cursor: string | null, before: T[]) => {
    abort.current?.abort();
    const mine = new AbortController();
    abort.current = mine;
    setState(old => ({...old, loading: true, error: ""}));
    try {
      const page = await latest.current(cursor, mine.signal);
      if (mine.signal.aborted) return;
      setState({items: [...before, ...page.items], next: page.next, loading: false, error: ""});
    } catch (error) {
      if (mine.signal.aborted || isCancelled(error)) return;
      setState(old => ({...old, loading: false, error: errorText(error)}));
    }
  }, []);

  useEffect(() => {
    setState({items: [], next: null, loading: true, error: ""});
    void read(null, []);
    return () => abort.current?.abort();
  }, inputs);

  const full = state.items.length >= listMax;
  const more = state.next !== null && !full;
  return {
    items: state.items,
    more,
    loading: state.loading,
    error: state.error,
    full: full && state.next !== null,
    loadMore: () => {
      if (more && !state.loading) void read(state.next, state.items);
    },
    reload: () => void read(null, []),
  };
}

/** Reads all pages of a list that is known to be short, `most` items at the most. */
export async function readAll<T>(load: (cursor: string | null) => Promise<Page<T>>, most = 10_000): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await load(cursor);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && items.length < most);
  return items;
}
