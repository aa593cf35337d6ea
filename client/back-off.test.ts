import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backOffMs, retryAfterHint } from './back-off.ts';

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

test('the hint in a close reason is found however it is put, and not believed without limit', () => {
  assert.equal(retryAfterHint('Service restart; retry-after-ms=2500'), 2_500);
  assert.equal(retryAfterHint('Retry-After-Ms = 700'), 700);
  assert.equal(retryAfterHint('Service restart; retry after 3000 ms'), 3_000);
  assert.equal(retryAfterHint('retry-after-ms=0'), 100);
  assert.equal(retryAfterHint('retry-after-ms=86400000'), 60_000);
  assert.equal(retryAfterHint('Service restart'), null);
});
