export type Random = {
  /** 0 ≤ x < 1 */
  next(): number;
  /** 0 ≤ n < bound, whole */
  below(bound: number): number;
  chance(probability: number): boolean;
};

/** The same seed gives the same numbers, so that a dialogue is played alike in every run. FNV-1a seeds mulberry32. */
export function seededRandom(seed: string): Random {
  let state = 0x811c9dc5;
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { next, below: (bound) => Math.floor(next() * bound), chance: (probability) => next() < probability };
}
