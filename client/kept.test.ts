import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CACHED_CONVERSATIONS, createConversationCache } from './conversation-cache.ts';
import { foldSnapshot } from './fold.ts';
import { ServerModel } from './fold-model.ts';
import { createKept, QUEUE } from './kept.ts';
import { type ClientStorage, createMemoryStorage } from './storage.ts';

const state = (id: string) => ({ ...foldSnapshot(new ServerModel().snapshot(1)), id });

/** A disk that can be full. */
function tightStorage(): ClientStorage & { room: (keys: readonly string[]) => boolean } {
  const storage = createMemoryStorage();
  return {
    ...storage,
    lasting: true,
    room: () => true,
    async save(changes) {
      if (!this.room([...changes].flatMap(([key, value]) => (value === undefined ? [] : [key]))))
        throw new DOMException('full', 'QuotaExceededError');
      return storage.save(changes);
    },
  };
}

test('the cache keeps the conversations that were used last', async () => {
  const storage = createMemoryStorage();
  for (let n = 0; n <= CACHED_CONVERSATIONS; n++) {
    // As after a reload: what is counted is read from the storage each time.
    await createConversationCache(createKept(storage)).save(state(`c${n}`));
    await new Promise((later) => setTimeout(later, 2));
  }
  const cache = createConversationCache(createKept(storage));
  assert.equal(await cache.load('c0'), null);
  assert.equal((await cache.load('c1'))?.id, 'c1');
  assert.equal((await storage.load('cache/')).size, CACHED_CONVERSATIONS);
});

test('what another version has stored is not read: caches are dropped, what waits to be sent is left to that version', async () => {
  const storage = createMemoryStorage();
  const other = { v: 99, value: { any: 'shape' } };
  await storage.save(
    new Map([
      ['cache/c', other],
      [`${QUEUE}q`, other],
    ]),
  );
  const kept = createKept(storage);
  assert.equal((await kept.load('cache/')).size, 0);
  assert.equal((await kept.load(QUEUE)).size, 0);
  assert.deepEqual([...(await storage.load('')).keys()], [`${QUEUE}q`]);
});

test('a storage that fails is said, and throws nothing; when it works again, that is said too', async () => {
  const storage = tightStorage();
  const kept = createKept(storage);
  storage.room = () => false;
  assert.equal(await kept.save(new Map([['a', 1]])), false);
  assert.equal(kept.state.getSnapshot().status, 'failed');
  storage.room = () => true;
  assert.equal(await kept.save(new Map([['a', 1]])), true);
  assert.equal(kept.state.getSnapshot().status, 'kept');
  const broken = createKept({ ...storage, load: () => Promise.reject(new Error('denied')) });
  assert.equal((await broken.load('')).size, 0);
  assert.equal(broken.state.getSnapshot().status, 'failed');
});

test('clear() leaves nothing, and nothing is stored after it', async () => {
  const storage = createMemoryStorage();
  const kept = createKept(storage);
  await kept.save(
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
  );
  await kept.clear();
  await kept.save(new Map([['c', 3]]));
  assert.equal((await storage.load('')).size, 0);
});
