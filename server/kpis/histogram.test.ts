import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bucketOf, Histogram } from './histogram.ts';

const ms = fc.double({ min: 0.001, max: 2 ** 31, noNaN: true });
/** As latencies are: mostly small, over many powers of ten. */
const skewedMs = fc.double({ min: -3, max: 9, noNaN: true }).map((power) => 10 ** power);
const values = fc.array(fc.oneof(ms, skewedMs), { minLength: 1, maxLength: 300 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

const of = (numbers: number[]) => {
  const histogram = new Histogram();
  for (const n of numbers) histogram.record(n);
  return histogram;
};

const exactPercentile = (numbers: number[], p: number) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(p * sorted.length)) - 1]!;
};

test('a percentile is within 1/32 of the exact one', () => {
  fc.assert(
    fc.property(values, share, (numbers, p) => {
      const exact = exactPercentile(numbers, p);
      const error = Math.abs(of(numbers).percentile(p)! - exact) / exact;
      assert.ok(error <= 1 / 32, `off by ${error * 100} % at ${exact}`);
    }),
  );
});

test('histograms add up: merged parts equal the whole, by way of JSON', () => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), (parts) => {
      const merged = new Histogram();
      for (const part of parts) merged.add(JSON.parse(JSON.stringify(of(part).toBuckets())));
      const whole = of(parts.flat());
      assert.deepEqual(merged.toBuckets(), whole.toBuckets());
      assert.equal(merged.count, whole.count);
    }),
  );
});

test('what came since is the difference of the whole and what was there, by way of PostgreSQL’s arrays', () => {
  const written = (histogram: Histogram) => {
    const buckets = Object.entries(histogram.toBuckets());
    return `{${buckets.map(([bucket]) => bucket)}}{${buckets.map(([, n]) => n)}}`;
  };
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true })), values, (before, later) => {
      const earlier = new Histogram().addArrays(written(of(before)));
      const whole = earlier.copy().addArrays(written(of(later)));
      assert.deepEqual(whole.since(earlier).toBuckets(), of(later).toBuckets());
      assert.deepEqual([earlier.count, whole.count], [before.length, before.length + later.length]);
    }),
  );
});

test('buckets rise with the value', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      assert.ok(bucketOf(low) <= bucketOf(high));
    }),
  );
});

test('what is out of range counts as the nearest end', () => {
  const strange = of([-5, 0, Number.NaN, Number.NEGATIVE_INFINITY]);
  assert.equal(strange.count, 4);
  assert.ok(strange.percentile(1)! < 0.0011);
  assert.ok(of([Number.POSITIVE_INFINITY, 1e300]).percentile(0)! >= 2 ** 31);
});

test('an empty one has no percentiles', () => {
  assert.equal(new Histogram().percentile(0.5), null);
  assert.deepEqual(new Histogram().toBuckets(), {});
});

test('buckets that do not exist are left out', () => {
  const histogram = new Histogram().add({ '-1': 3, '99999': 4, '1.5': 5, x: 6, '10': 1 });
  assert.equal(histogram.count, 1);
});
