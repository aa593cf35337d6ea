import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTypingSignal } from './typing-signal.ts';

test('keystrokes are told at most every 3 s, and their end by itself after 5 s', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const told: boolean[] = [];
  const signal = createTypingSignal((typing) => told.push(typing));
  signal.set(true);
  signal.set(true);
  t.mock.timers.tick(2_900);
  signal.set(true);
  assert.deepEqual(told, [true]);
  t.mock.timers.tick(200);
  signal.set(true);
  assert.deepEqual(told, [true, true]);
  t.mock.timers.tick(5_000);
  assert.deepEqual(told, [true, true, false]);
});

test('sending ends it at once, and an end without a beginning is not told', () => {
  const told: boolean[] = [];
  const signal = createTypingSignal((typing) => told.push(typing));
  signal.set(false);
  signal.set(true);
  signal.set(false);
  signal.set(false);
  assert.deepEqual(told, [true, false]);
});
