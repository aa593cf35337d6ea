/**
 * Points per key in windows of fixed length, in memory. All keys share the window's beginning, so that a whole window is
 * dropped at once: no timer, and nothing to clean up, per key. The price is that twice the points may be spent around the
 * end of a window, which is a burst twice as long and no more over time.
 */
export type PointWindow = {
  readonly windowMs: number;
  /** Spends them, unless fewer are left. */
  spend(key: string, points: number): boolean;
  has(key: string, points: number): boolean;
  /** Spends them whatever is left. Negative: gives them back. */
  charge(key: string, points: number): void;
  msToNext(): number;
  /** What was spent here and not yet told to the other processes; asking makes it told. */
  takeUntold(): { window: number; spent: ReadonlyMap<string, number> };
  /** What all processes together have spent, this one included, as of the last telling. */
  learn(window: number, key: string, spentByAll: number): void;
};

/**
 * Keys that have spent less than this share here are not told of: nearly all, so that who writes as people write costs no
 * round trip. So many processes times this share is what may be spent beyond the limit unnoticed.
 */
const TOLD_FROM_SHARE = 1 / 20;

/** Some 100 bytes each. Whoever has more addresses than this to come from makes the oldest forgotten, not the process grow. */
const MAX_KEYS = 200_000;

type Spent = { points: number; untold: number };

type Clock = { now(): number };

export function createPointWindow(
  { points: capacity, windowMs }: { points: number; windowMs: number },
  clock: Clock = Date,
): PointWindow {
  let window = 0;
  let keys = new Map<string, Spent>();
  const untold = new Set<string>();

  function turn(): void {
    const current = Math.floor(clock.now() / windowMs);
    if (current === window) return;
    window = current;
    keys = new Map();
    untold.clear();
  }

  function forgetOldest(): void {
    const { value } = keys.keys().next();
    keys.delete(value!);
    untold.delete(value!);
  }

  function charge(key: string, points: number): void {
    const spent = keys.get(key);
    if (spent) {
      spent.points = Math.max(0, spent.points + points);
      spent.untold += points;
    } else if (points > 0) {
      keys.set(key, { points, untold: points });
      if (keys.size > MAX_KEYS) forgetOldest();
    }
    untold.add(key);
  }

  const has = (key: string, points: number) => (keys.get(key)?.points ?? 0) + points <= capacity;

  return {
    windowMs,
    spend(key, points) {
      turn();
      if (!has(key, points)) return false;
      charge(key, points);
      return true;
    },
    has(key, points) {
      turn();
      return has(key, points);
    },
    charge(key, points) {
      turn();
      charge(key, points);
    },
    msToNext: () => windowMs - (clock.now() % windowMs),
    takeUntold() {
      turn();
      const spent = new Map<string, number>();
      for (const key of untold) {
        const entry = keys.get(key);
        if (entry && entry.points < capacity * TOLD_FROM_SHARE) continue;
        untold.delete(key);
        if (!entry || entry.untold === 0) continue;
        spent.set(key, entry.untold);
        entry.untold = 0;
      }
      return { window, spent };
    },
    learn(told, key, spentByAll) {
      const entry = keys.get(key);
      if (told === window && entry) entry.points = Math.max(entry.points, spentByAll + entry.untold);
    },
  };
}
