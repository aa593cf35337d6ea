import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFreshCache } from './fresh-cache.ts';

/** A table of one row, whose reads end when the test says so. */
function setUp() {
  const table = { value: 'old' };
  const reads: (() => void)[] = [];
  const cache = createFreshCache<{ value: string }>({
    max: 10,
    ttlMs: 60_000,
    read: (keys) => {
      const seen = keys.filter((key) => key === 'row').map((key) => [key, { ...table }] as const);
      return new Promise((resolve) => reads.push(() => resolve(new Map(seen))));
    },
  });
  const load = async () => (await cache.load(['row'])).get('row')?.value;
  return { table, reads, cache, load };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what is known is not read again, what is forgotten is', async () => {
  const { table, reads, cache, load } = setUp();
  const first = load();
  reads[0]!();
  assert.equal(await first, 'old');
  table.value = 'new';
  assert.equal(await load(), 'old');
  cache.forget('row');
  const second = load();
  reads[1]!();
  assert.equal(await second, 'new');
});

test('what changes while it is read is read again: the old state is neither given out nor kept', async () => {
  const { table, reads, cache, load } = setUp();
  const loading = load();
  table.value = 'new';
  cache.forget('row');
  reads[0]!();
  await turn();
  reads[1]!();
  assert.equal(await loading, 'new');
  assert.equal(await load(), 'new');
  assert.equal(reads.length, 2);
});

test('a read that fails leaves nothing behind', async () => {
  let fail = true;
  const cache = createFreshCache({
    max: 10,
    ttlMs: 60_000,
    read: async (keys) => {
      if (fail) throw new Error('away');
      return new Map(keys.map((key) => [key, { key }]));
    },
  });
  await assert.rejects(cache.load(['a']), /away/);
  fail = false;
  assert.deepEqual([...(await cache.load(['a', 'b'])).keys()], ['a', 'b']);
});
