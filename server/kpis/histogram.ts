/**
 * A log-linear histogram of positive numbers, after HdrHistogram (https://hdrhistogram.org): every power of two is cut into
 * 16 equal buckets, so a percentile is within 1/32 (3.2 %) of the exact one, however wide the range. Histograms of several
 * minutes and processes add up bucket by bucket, which averages and percentiles do not.
 *
 * A bucket's number is the exponent and the first four bits of the fraction of the IEEE 754 double, which rise as the
 * number does: recording takes no logarithm.
 */
export type Buckets = Readonly<Record<string, number>>;

/** In milliseconds: about one microsecond to 24 days. What is beyond either end counts as the end. */
const MIN = 2 ** -10;
const MAX = 2 ** 31;
const BITS = 4;

const view = new DataView(new ArrayBuffer(8));

/** Exponent, then the fraction's first bits: the upper 16 bits of a double whose sign is 0. */
function upperBits(value: number): number {
  view.setFloat64(0, value);
  return view.getUint16(0);
}

const FIRST = upperBits(MIN);
const SIZE = upperBits(MAX) - FIRST + 1;

export function bucketOf(value: number): number {
  // Written so that NaN, which compares as false, also ends in the first bucket.
  return value > MIN ? upperBits(Math.min(value, MAX)) - FIRST : 0;
}

/** The middle of a bucket: no value in it is further away than half its width. */
function middleOf(bucket: number): number {
  view.setFloat64(0, 0);
  view.setUint16(0, bucket + FIRST);
  const low = view.getFloat64(0);
  const exponent = Math.floor(Math.log2(low));
  return low + 2 ** (exponent - BITS) / 2;
}

const ZERO = 48;
const isDigit = (code: number) => code >= ZERO && code < ZERO + 10;

export class Histogram {
  readonly #counts = new Uint32Array(SIZE);
  #total = 0;

  get count(): number {
    return this.#total;
  }

  record(value: number): void {
    this.#counts[bucketOf(value)]!++;
    this.#total++;
  }

  /** Adds another one's buckets to this one's. Numbers of buckets that do not exist are left out. */
  add(buckets: Buckets): this {
    for (const [bucket, n] of Object.entries(buckets)) {
      if (!(Number(bucket) in this.#counts)) continue;
      this.#counts[Number(bucket)]! += n;
      this.#total += n;
    }
    return this;
  }

  /**
   * Adds one that is written as PostgreSQL writes arrays: "{bucket,…}{count,…}". Character by character, because two years of
   * all figures are a million numbers, and split() and Number() take five times as long.
   */
  addArrays(text: string): this {
    const middle = text.indexOf('}{');
    for (let bucketAt = 1, countAt = middle + 2; bucketAt < middle; bucketAt++, countAt++) {
      let bucket = 0;
      for (; isDigit(text.charCodeAt(bucketAt)); bucketAt++) bucket = bucket * 10 + text.charCodeAt(bucketAt) - ZERO;
      let n = 0;
      for (; isDigit(text.charCodeAt(countAt)); countAt++) n = n * 10 + text.charCodeAt(countAt) - ZERO;
      this.#counts[bucket]! += n;
      this.#total += n;
    }
    return this;
  }

  copy(): Histogram {
    const copy = new Histogram();
    copy.#counts.set(this.#counts);
    copy.#total = this.#total;
    return copy;
  }

  /** What came to an earlier one of the same since then; in place of what was in `difference`. */
  since(earlier: Histogram, difference = new Histogram()): Histogram {
    for (let i = 0; i < SIZE; i++) difference.#counts[i] = this.#counts[i]! - earlier.#counts[i]!;
    difference.#total = this.#total - earlier.#total;
    return difference;
  }

  /** Only what is not zero, by bucket number: a minute of chat fills some thirty of 657. */
  toBuckets(): Buckets {
    const buckets: Record<string, number> = {};
    this.#counts.forEach((n, bucket) => {
      if (n > 0) buckets[bucket] = n;
    });
    return buckets;
  }

  /** Nearest rank: the smallest value that at least this share (0 to 1) of all do not exceed. Null when it is empty. */
  percentile(share: number): number | null {
    return this.percentiles([share])?.[0] ?? null;
  }

  /** Several at once, by rising share. */
  percentiles(shares: readonly number[]): number[] | null {
    if (this.#total === 0) return null;
    let bucket = 0;
    let seen = this.#counts[0]!;
    return shares.map((share) => {
      const rank = Math.max(1, Math.ceil(share * this.#total));
      while (seen < rank) seen += this.#counts[++bucket]!;
      return middleOf(bucket);
    });
  }
}
