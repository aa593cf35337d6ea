import { shareBetweenTabs } from './share-tabs.ts';
import type { ClientStorage } from './storage.ts';

/* The few parts of IndexedDB that are used, so that the client can be checked without the browser's whole library. */
interface Asked<T> {
  result: T;
  error: unknown;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}
interface ObjectStore {
  getAllKeys(range: unknown): Asked<string[]>;
  getAll(range: unknown): Asked<unknown[]>;
  put(value: unknown, key: string): void;
  delete(key: string): void;
}
interface Transaction {
  objectStore(name: string): ObjectStore;
  commit?(): void;
  error: unknown;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
}
interface Database {
  createObjectStore(name: string): void;
  transaction(name: string, mode: 'readonly' | 'readwrite'): Transaction;
  onversionchange: (() => void) | null;
  onclose: (() => void) | null;
  close(): void;
}
interface IndexedDb {
  open(name: string, version: number): Asked<Database> & { onupgradeneeded: (() => void) | null };
}

/** Opening can hang in browsers that are broken or blocked; after this long, in ms, the client goes on in memory. */
const OPEN_WITHIN_MS = 3_000;
/** Never raised: what stands in the store says its own version (see kept.ts). */
const VERSION = 1;
const STORE = 'kept';

export const hasIndexedDb = (): boolean => 'indexedDB' in globalThis;

/** In the browser's IndexedDB, shared by all tabs that use the same name. */
export function createIndexedDbStorage(name: string): ClientStorage {
  const { indexedDB, IDBKeyRange } = globalThis as unknown as {
    indexedDB: IndexedDb;
    IDBKeyRange: { bound(from: string, to: string): unknown };
  };
  let opened: Promise<Database> | undefined;

  function open(): Promise<Database> {
    opened ??= new Promise<Database>((resolve, reject) => {
      const asked = indexedDB.open(name, VERSION);
      const timer = setTimeout(() => reject(new Error('IndexedDB did not open.')), OPEN_WITHIN_MS);
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
      asked.onerror = () => reject(asked.error);
      asked.onsuccess = () => {
        clearTimeout(timer);
        const database = asked.result;
        // Somebody deletes it ("clear site data"): let them, and begin anew with the next use.
        database.onversionchange = () => {
          database.close();
          opened = undefined;
        };
        database.onclose = () => {
          opened = undefined;
        };
        resolve(database);
      };
    });
    opened.catch(() => {
      opened = undefined;
    });
    return opened;
  }

  async function run(mode: 'readonly' | 'readwrite', use: (store: ObjectStore) => void): Promise<void> {
    const database = await open();
    await new Promise<void>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave up.'));
      use(transaction.objectStore(STORE));
      // Without waiting for what it is made of: a page that is left does not hear of that any more.
      if (mode === 'readwrite') transaction.commit?.();
    });
  }

  return {
    lasting: true,
    sharing: shareBetweenTabs(name),
    async load(prefix) {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      let keys: Asked<string[]> | undefined;
      let values: Asked<unknown[]> | undefined;
      await run('readonly', (store) => {
        keys = store.getAllKeys(range);
        values = store.getAll(range);
      });
      return new Map(keys!.result.map((key, i) => [key, values!.result[i]]));
    },
    save: (changes) =>
      run('readwrite', (store) => {
        for (const [key, value] of changes) {
          if (value === undefined) store.delete(key);
          else store.put(value, key);
        }
      }),
    async close() {
      const database = await opened?.catch(() => undefined);
      database?.close();
    },
  };
}
