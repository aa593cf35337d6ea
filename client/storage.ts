import type { Sharing } from './share-tabs.ts';

/**
 * Where a client keeps what must outlive it: messages that wait, and recent conversations. Keys are short strings, values
 * anything that JSON can say. There are three: in memory, in the browser (`cacheKey`), in a file (`client/node`).
 */
export interface ClientStorage {
  /** Everything whose key begins with the prefix. */
  load(prefix: string): Promise<ReadonlyMap<string, unknown>>;
  /** All of it or nothing; undefined removes. Resolves when it would outlive a crash of this process. */
  save(changes: ReadonlyMap<string, unknown>): Promise<void>;
  /** Where several clients use it at once, as tabs do: who sends, and news of changes. */
  readonly sharing?: Sharing;
  /** Whether what is stored outlives the process. */
  readonly lasting: boolean;
  close(): Promise<void>;
}

/** For as long as the process lives. Clients that are given the same one continue each other's work. */
export function createMemoryStorage(): ClientStorage {
  const kept = new Map<string, unknown>();
  return {
    lasting: false,
    load: async (prefix) => new Map([...kept].filter(([key]) => key.startsWith(prefix))),
    async save(changes) {
      for (const [key, value] of changes) {
        if (value === undefined) kept.delete(key);
        else kept.set(key, value);
      }
    },
    close: async () => {},
  };
}
