import type { Random } from '../bench/replay/seeded-random.ts';

/** Waiting for something that comes at any moment alike: mostly short, now and then long. */
export const exponential = (random: Random, mean: number): number => -mean * Math.log(1 - random.next());

/** Bell-shaped around 0, with a standard deviation of 1 (Box and Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** Latencies: half of them below the median, and a long tail above. */
export const logNormal = (random: Random, median: number, spread: number): number =>
  median * Math.exp(spread * normal(random));
