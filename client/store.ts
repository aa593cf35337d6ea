/** A value that can be watched; shaped so that React's useSyncExternalStore takes it as it is. */
export interface Observable<T> {
  /** Calls back after each change; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** The current value; the same object until something changes. */
  getSnapshot(): T;
}

export interface Store<T> extends Observable<T> {
  set(value: T): void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) call(listener);
    },
  };
}

/** A listener's own mistake must reach its developer, but neither the other listeners nor the socket that carried the news. */
export function call(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
