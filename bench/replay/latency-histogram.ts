/** Each bucket is this much wider than the one before, so a percentile is at most 1 % too high. */
const GROWTH = 1.01;
const SMALLEST_MS = 0.01;

export type LatencySummary = { count: number; p50: number; p95: number; p99: number; max: number };

/** Latencies in ms in constant memory, however many there are. */
export class LatencyHistogram {
  readonly #buckets: number[] = [];
  #count = 0;
  #max = 0;

  record(ms: number): void {
    const index = ms <= SMALLEST_MS ? 0 : Math.ceil(Math.log(ms / SMALLEST_MS) / Math.log(GROWTH));
    this.#buckets[index] = (this.#buckets[index] ?? 0) + 1;
    this.#count++;
    if (ms > this.#max) this.#max = ms;
  }

  /** The least recorded value that at least this share of all values does not exceed; NaN when there are none. */
  percentile(share: number): number {
    let left = Math.max(1, Math.ceil(this.#count * share));
    for (const [index, count] of this.#buckets.entries()) {
      left -= count ?? 0;
      if (left <= 0) return Math.min(SMALLEST_MS * GROWTH ** index, this.#max);
    }
    return Number.NaN;
  }

  summary(): LatencySummary {
    const round = (ms: number) => Math.round(ms * 100) / 100;
    return {
      count: this.#count,
      p50: round(this.percentile(0.5)),
      p95: round(this.percentile(0.95)),
      p99: round(this.percentile(0.99)),
      max: round(this.#max),
    };
  }
}
