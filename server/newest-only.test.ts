import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NewestOnly } from './newest-only.ts';

test('a slow reader gets the newest value, not each', async () => {
  const stream = new NewestOnly<number>(() => {});
  for (const n of [1, 2, 3]) stream.offer(n);
  assert.deepEqual(await stream.next(), { done: false, value: 3 });
});

test('a reader that waits gets the next value', async () => {
  const stream = new NewestOnly<number>(() => {});
  const waiting = stream.next();
  stream.offer(1);
  assert.deepEqual(await waiting, { done: false, value: 1 });
});

test('return ends a pending next at once, and tells once', async () => {
  let ended = 0;
  const stream = new NewestOnly<number>(() => ended++);
  const waiting = stream.next();
  await Promise.all([stream.return(), stream.return()]);
  assert.deepEqual(await waiting, { done: true, value: undefined });
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  assert.equal(ended, 1);
});

test('a failure ends it', async () => {
  let ended = 0;
  const stream = new NewestOnly<number>(() => ended++);
  stream.offer(1);
  stream.fail(new Error('broken'));
  await assert.rejects(stream.next(), /broken/);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  assert.equal(ended, 1);
});
