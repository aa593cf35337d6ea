import type { Milliseconds } from './job.ts';

/** Of all samples: a run has some hundred thousand, which need no approximation. */
export function percentiles(samples: readonly number[]): Milliseconds {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
