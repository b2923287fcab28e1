import {useEffect, useState} from "preact/hooks";

/** A value that several components watch. */
export class Store<T> {
  private readonly watchers = new Set<(value: T) => void>();

  constructor(private current: T) {}

  get value(): T {
    return this.current;
  }

  set(value: T): void {
    if (Object.is(value, this.current)) return;
    this.current = value;
    for (const watcher of [...this.watchers]) watcher(value);
  }

  watch(watcher: (value: T) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
}

export function useStore<T>(store: Store<T>): T {
  const [value, setValue] = useState<T>(store.value);
  useEffect(() => {
    setValue(() => store.value); // it may have changed between render and effect
    return store.watch(next => setValue(() => next));
  }, [store]);
  return value;
}
