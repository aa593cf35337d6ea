import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wilsonInterval } from './wilson-interval.ts';

const round = ({ low, high }: { low: number; high: number }) => [low, high].map((n) => Number(n.toFixed(4)));

test('agrees with published values', () => {
  // Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3.
  assert.deepEqual(round(wilsonInterval(81, 263)), [0.2553, 0.3662]);
  assert.deepEqual(round(wilsonInterval(15, 148)), [0.0624, 0.1605]);
  assert.deepEqual(round(wilsonInterval(0, 20)), [0, 0.1611]);
  assert.deepEqual(round(wilsonInterval(1, 29)), [0.0061, 0.1718]);
});

test('contains the share that was seen, and stays within 0 and 1', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
      const successes = Math.round(share * trials);
      const { low, high } = wilsonInterval(successes, trials);
      assert.ok(0 <= low && low <= successes / trials && successes / trials <= high && high <= 1);
    }),
  );
});
