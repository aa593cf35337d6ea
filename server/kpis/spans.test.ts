import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { coverRange, SPANS } from './spans.ts';

const QUARTER_MS = 900_000;
const quarters = fc.integer({ min: 0, max: 2 * 366 * 96 }).map((n) => Date.UTC(2025, 0, 1) + n * QUARTER_MS);

test('a range is covered without gap or overlap, by whole spans, and by few of them', () => {
  fc.assert(
    fc.property(quarters, quarters, (a, b) => {
      const [from, to] = a < b ? [a, b] : [b, a];
      const stretches = coverRange(from, to).filter((stretch) => stretch.from < stretch.to);
      let reached = from;
      let spans = 0;
      for (const stretch of stretches) {
        const ms = stretch.spanMinutes * 60_000;
        assert.ok(SPANS.includes(stretch.spanMinutes as (typeof SPANS)[number]));
        assert.equal(stretch.from, reached);
        assert.deepEqual([stretch.from % ms, stretch.to % ms], [0, 0]);
        reached = stretch.to;
        spans += (stretch.to - stretch.from) / ms;
      }
      assert.equal(reached, to);
      // Whole days, and at either end at most 5 of four hours, 3 hours and 3 quarters.
      assert.ok(spans <= Math.floor((to - from) / 86_400_000) + 22, `${spans} spans`);
    }),
  );
});
