import { type ClientStorage, createMemoryStorage } from './storage.ts';
import { createStore, type Observable } from './store.ts';

/** How what must outlive the page is kept. */
export type Persistence =
  /** No storage was given: it lives as long as the client. */
  | { readonly status: 'memory' }
  | { readonly status: 'kept' }
  /** The storage is full, broken or forbidden: the client goes on in memory, and what waits would not outlive a reload. */
  | { readonly status: 'failed'; readonly error: Error };

/** Everything of one participant on this device. Nothing of it throws: what goes wrong is said in `state`. */
export interface Kept {
  readonly state: Observable<Persistence>;
  readonly storage: ClientStorage;
  load<T>(prefix: string): Promise<Map<string, T>>;
  /** Answers whether it is stored for good. */
  save(changes: ReadonlyMap<string, unknown>): Promise<boolean>;
  /** Removes everything, for good; nothing is stored after it. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Of what is stored. Raised when its shape changes: then what has another version is not read. */
const SCHEMA_VERSION = 1;
/** What waits to be sent stays, whoever wrote it: an older or newer client may still understand it. */
export const QUEUE = 'queue/';

interface Envelope {
  v: number;
  value: unknown;
}

export function createKept(storage: ClientStorage = createMemoryStorage()): Kept {
  const state = createStore<Persistence>({ status: storage.lasting ? 'kept' : 'memory' });
  let ended = false;

  const failed = (error: unknown) => state.set({ status: 'failed', error: error as Error });

  async function write(changes: ReadonlyMap<string, unknown>): Promise<boolean> {
    try {
      await storage.save(changes);
      if (storage.lasting) state.set({ status: 'kept' });
      return storage.lasting;
    } catch (error) {
      failed(error);
      return false;
    }
  }

  return {
    state,
    storage,
    async load<T>(prefix: string) {
      const known = new Map<string, T>();
      const unknown = new Map<string, undefined>();
      try {
        for (const [key, stored] of await storage.load(prefix)) {
          const { v, value } = (stored ?? {}) as Partial<Envelope>;
          if (v === SCHEMA_VERSION) known.set(key.slice(prefix.length), value as T);
          else if (prefix !== QUEUE) unknown.set(key, undefined);
        }
      } catch (error) {
        failed(error);
      }
      if (unknown.size > 0 && !ended) void write(unknown);
      return known;
    },
    async save(changes) {
      if (ended) return false;
      const enveloped = new Map(
        [...changes].map(([key, value]) => [key, value === undefined ? undefined : { v: SCHEMA_VERSION, value }]),
      );
      return write(enveloped);
    },
    async clear() {
      ended = true;
      try {
        await storage.save(new Map([...(await storage.load('')).keys()].map((key) => [key, undefined])));
      } catch (error) {
        failed(error);
      }
    },
    async close() {
      ended = true;
      storage.sharing?.close();
      await storage.close().catch(() => {});
    },
  };
}
