import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServerClock } from './server-clock.ts';

const at = (ms: number) => new Date(ms).toISOString();

/** A device whose clock stands at 1,000,000 when it asks, and the way to the server and back takes `tripMs`. */
function measured(serverTime: unknown, tripMs: number) {
  let now = 1_000_000;
  const clock = createServerClock(() => now);
  assert.deepEqual(clock.asking({ a: 1 }), { a: 1 });
  now += tripMs;
  clock.answered(serverTime === undefined ? undefined : { serverTime });
  return Date.parse(clock.now()) - now;
}

test('a clock that is off is corrected by the middle of the round trip', () => {
  assert.equal(measured(at(1_000_000 + 90_000), 80), 90_000 - 40);
  assert.equal(measured(at(1_000_000 - 7_200_000), 200), -7_200_000 - 100);
});

test('what the way alone could explain is no offset', () => {
  assert.equal(measured(at(1_000_000 + 70), 80), 0);
  assert.equal(measured(at(1_000_000 + 90), 80), 50);
});

test('a server that does not tell the time leaves the device its own', () => {
  for (const nothing of [undefined, 'soon', 5, null]) assert.equal(measured(nothing, 80), 0);
});
