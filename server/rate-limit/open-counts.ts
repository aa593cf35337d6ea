import type { Stock } from './rates.ts';

/** How many are open at once, by key. Kept per process: what is bounded is what a process has to carry. */
export type OpenCounts = {
  /** Undefined, and counted as a refusal, when there is no room; else what closes it again, which may be called twice. */
  enter(stock: Stock, key: string): (() => void) | undefined;
};

export function createOpenCounts(
  capacities: Readonly<Record<Stock, number>>,
  onRefused: (stock: Stock) => void,
): OpenCounts {
  const counts = new Map<string, number>();
  return {
    enter(stock, key) {
      const name = `${stock} ${key}`;
      const count = counts.get(name) ?? 0;
      if (count >= capacities[stock]) {
        onRefused(stock);
        return undefined;
      }
      counts.set(name, count + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const remaining = counts.get(name)! - 1;
        if (remaining > 0) counts.set(name, remaining);
        else counts.delete(name);
      };
    },
  };
}
