import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backOffMs } from './back-off.ts';

test('full jitter from 1 s, doubling, capped at 30 s, never below 100 ms', () => {
  const almostOne = () => 0.9999;
  const ceilings = [0, 1, 2, 3, 4, 5, 6, 1_000].map((attempt) => backOffMs(attempt, almostOne));
  assert.deepEqual(ceilings, [1_000, 2_000, 4_000, 7_999, 15_998, 29_997, 29_997, 29_997]);
  assert.equal(
    backOffMs(9, () => 0),
    100,
  );
  assert.equal(
    backOffMs(9, () => 0.5),
    15_000,
  );
});
