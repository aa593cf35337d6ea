import { type Kept, QUEUE } from './kept.ts';
import { byOrder, type QueueEntry } from './queue-entry.ts';

/** The queue in memory, and behind it the stored one that other tabs and the next start of this client see. */
export interface QueueJournal {
  /** Those that have entries. */
  conversations(): Iterable<string>;
  /** A conversation's, in the order of the queue; the same array until one of them changes. */
  of(conversationId: string): readonly QueueEntry[];
  get(id: string): QueueEntry | undefined;
  put(...entries: QueueEntry[]): void;
  remove(...ids: string[]): void;
  nextOrder(): number;
  /** Resolves when everything put so far has been stored, or could not be. */
  flushed(): Promise<void>;
  /** Whether only this client knows of it, because it could not be stored. */
  isUnsaved(id: string): boolean;
  /** Takes in what others have stored. */
  reload(): Promise<void>;
}

/** @param changed Called with the conversations whose entries are not what they were. */
export function createQueueJournal(kept: Kept, changed: (conversationIds: ReadonlySet<string>) => void): QueueJournal {
  const entries = new Map<string, QueueEntry>();
  const lists = new Map<string, Map<string, QueueEntry>>();
  const sorted = new Map<string, readonly QueueEntry[]>();
  /** Not stored yet, or again; undefined is to be removed. They outrank what is read. */
  const unsaved = new Map<string, QueueEntry | undefined>();
  let highest = 0;
  // One thing at a time, so that what is read is never older than what was written before.
  let tail: Promise<void> = Promise.resolve();
  let saving = false;
  let loaded = false;
  let reloading: Promise<void> | undefined;

  function set(id: string, entry: QueueEntry | undefined): string | undefined {
    const conversationId = (entry ?? entries.get(id))?.conversationId;
    if (!conversationId) return undefined;
    const list = lists.get(conversationId) ?? new Map<string, QueueEntry>();
    if (entry) {
      entries.set(id, entry);
      lists.set(conversationId, list.set(id, entry));
      highest = Math.max(highest, entry.order);
    } else {
      entries.delete(id);
      list.delete(id);
      if (list.size === 0) lists.delete(conversationId);
    }
    sorted.delete(conversationId);
    return conversationId;
  }

  function write(changes: readonly (readonly [string, QueueEntry | undefined])[]): void {
    if (changes.length === 0) return;
    const touched = new Set<string>();
    for (const [id, entry] of changes) {
      const conversationId = set(id, entry);
      if (conversationId) touched.add(conversationId);
      unsaved.set(id, entry);
    }
    if (!saving) {
      saving = true;
      tail = tail.then(save);
    }
    if (touched.size > 0) changed(touched);
  }

  /** Everything that has gathered goes in one piece. What cannot be stored is tried again with the next change. */
  async function save(): Promise<void> {
    saving = false;
    const batch = [...unsaved];
    const keyed = () => kept.save(new Map(batch.map(([id, entry]) => [QUEUE + id, entry])));
    if (!(await keyed()) && kept.storage.lasting) {
      // Room for messages is made by what the server has as well.
      const caches = [...(await kept.load('cache/')).keys()];
      if (caches.length === 0) return;
      await kept.save(new Map(caches.map((id) => [`cache/${id}`, undefined])));
      if (!(await keyed())) return;
    }
    for (const [id, entry] of batch) if (unsaved.get(id) === entry) unsaved.delete(id);
    kept.storage.sharing?.announce({ queue: 'changed' });
  }

  async function load(): Promise<void> {
    const stored = await kept.load<QueueEntry>(QUEUE);
    const touched = new Set<string>();
    if (!loaded) {
      loaded = true;
      // What was written before this was read comes after it.
      const early = [...entries.values()].sort(byOrder);
      for (const { order } of stored.values()) highest = Math.max(highest, order);
      for (const entry of early) {
        const moved = { ...entry, order: ++highest };
        set(entry.id, moved);
        unsaved.set(entry.id, moved);
      }
    }
    for (const id of new Set([...stored.keys(), ...entries.keys()])) {
      const [before, now] = [entries.get(id), stored.get(id)];
      if (unsaved.has(id) || (before && now && JSON.stringify(before) === JSON.stringify(now))) continue;
      const conversationId = set(id, now);
      if (conversationId) touched.add(conversationId);
    }
    if (touched.size > 0) changed(touched);
  }

  return {
    conversations: () => [...lists.keys()],
    of(conversationId) {
      let list = sorted.get(conversationId);
      if (!list) {
        list = [...(lists.get(conversationId)?.values() ?? [])].sort(byOrder);
        sorted.set(conversationId, list);
      }
      return list;
    },
    get: (id) => entries.get(id),
    put: (...put) => write(put.map((entry) => [entry.id, entry])),
    remove: (...ids) => write(ids.map((id) => [id, undefined])),
    nextOrder: () => ++highest,
    flushed: () => tail,
    isUnsaved: (id) => unsaved.has(id),
    reload() {
      // One that has not begun will read what is there by then.
      reloading ??= tail = tail.then(() => {
        reloading = undefined;
        return load();
      });
      return reloading;
    },
  };
}
