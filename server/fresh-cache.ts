import { LRUCache } from 'lru-cache';
import { upTo } from './up-to.ts';

/**
 * Rows of the database by key, kept in memory until somebody says that they changed. What is read while that is said may be
 * the old state: such a row is neither kept nor given out, but read again.
 */
export type FreshCache<Value> = {
  /** Without entries for keys that there are no rows of. */
  load(keys: readonly string[]): Promise<Map<string, Value>>;
  forget(key: string): void;
};

type Options<Value> = {
  max: number;
  /** How long a row is believed all the same. */
  ttlMs: number;
  read: (keys: readonly string[]) => Promise<Map<string, Value>>;
};

export function createFreshCache<Value extends object>({ max, ttlMs, read }: Options<Value>): FreshCache<Value> {
  const cache = new LRUCache<string, Value>({ ...upTo(max), ttl: ttlMs });
  /** Of each read under way: the keys that were forgotten meanwhile. */
  const readings = new Set<Set<string>>();

  async function readFresh(keys: readonly string[], found: Map<string, Value>): Promise<void> {
    const forgotten = new Set<string>();
    readings.add(forgotten);
    const rows = await read(keys).finally(() => readings.delete(forgotten));
    for (const [key, value] of rows) {
      if (forgotten.has(key)) continue;
      cache.set(key, value);
      found.set(key, value);
    }
    const again = keys.filter((key) => forgotten.has(key));
    if (again.length > 0) await readFresh(again, found);
  }

  return {
    async load(keys) {
      const found = new Map<string, Value>();
      const missing: string[] = [];
      for (const key of keys) {
        const value = cache.get(key);
        if (value) found.set(key, value);
        else missing.push(key);
      }
      if (missing.length > 0) await readFresh(missing, found);
      return found;
    },
    forget(key) {
      cache.delete(key);
      for (const forgotten of readings) forgotten.add(key);
    },
  };
}
