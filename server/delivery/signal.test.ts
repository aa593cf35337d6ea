import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createSignal, endable } from './signal.ts';

/** Whether a promise settles without anything more happening. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  for (let n = 0; n < 3; n++) await turn();
  return settled;
}

describe('a signal', () => {
  test('wakes who waits', async () => {
    const signal = createSignal();
    const waiting = signal.raised();
    assert.ok(!(await settles(waiting)));
    signal.raise();
    await waiting;
  });

  test('raised while nobody waits, is remembered, once', async () => {
    const signal = createSignal();
    signal.raise();
    signal.raise();
    await signal.raised();
    const waiting = signal.raised();
    assert.ok(!(await settles(waiting)));
    signal.raise();
    await waiting;
  });

  test('ended, it wakes for good', async () => {
    const signal = createSignal();
    const waiting = signal.raised();
    signal.end();
    await waiting;
    assert.ok(signal.ended);
    await signal.raised();
    await signal.raised();
    await signal.after(1_000_000);
  });

  test('cleans up once, in order', () => {
    const signal = createSignal();
    const done: number[] = [];
    signal.onEnd(() => done.push(1));
    signal.onEnd(() => done.push(2));
    signal.end();
    signal.end();
    assert.deepEqual(done, [1, 2]);
  });

  test('a wait is cut short by the end, not by a raise; the raise is remembered', async () => {
    const signal = createSignal();
    const waiting = signal.after(1_000_000);
    signal.raise();
    assert.ok(!(await settles(waiting)));
    signal.end();
    await waiting;

    const other = createSignal();
    const short = other.after(5);
    other.raise();
    await short;
    await other.raised();
  });
});

describe('an endable generator', () => {
  test('gives what the generator gives', async () => {
    async function* three() {
      yield* [1, 2, 3];
    }
    assert.deepEqual(await Array.fromAsync(endable(three(), createSignal())), [1, 2, 3]);
  });

  test('ended while it waits, it lets go at once, its finally included', async () => {
    const signal = createSignal();
    let cleaned = false;
    async function* waitForEver() {
      try {
        yield await signal.raised();
      } finally {
        cleaned = true;
      }
    }
    const iterator = endable(waitForEver(), signal);
    const pending = iterator.next();
    await iterator.return!();
    await pending;
    assert.ok(cleaned);
  });

  test('ended before its first step, what onEnd was given still runs', async () => {
    const signal = createSignal();
    let detached = false;
    signal.onEnd(() => {
      detached = true;
    });
    async function* never() {
      yield 1;
    }
    const iterator = endable(never(), signal);
    await iterator.return!();
    assert.ok(detached);
    assert.deepEqual(await iterator.next(), { done: true, value: undefined });
  });

  test('an error thrown into it ends it', async () => {
    const signal = createSignal();
    async function* one() {
      yield 1;
    }
    await assert.rejects(endable(one(), signal).throw!(new Error('stop')), /stop/);
    assert.ok(signal.ended);
  });
});
