import { setImmediate } from 'node:timers/promises';
import { Histogram } from './histogram.ts';
import { DAY_MINUTES, type Sums } from './kpi-series-queries.ts';

/*
 * What was counted between two moments is the difference of what was counted up to each. Up to a moment: all days of UTC before
 * it, and since its midnight. So a day of any time zone takes two rows, whatever its offset, and no moment is read twice.
 */

/** Some milliseconds of work at a time: the same process serves the chat. */
const MOMENTS_AT_ONCE = 64;

/** A metric's count up to each moment (ascending, in minutes since 1970), all from the same beginning. */
export function countsUpTo(sums: readonly Sums[], moments: readonly number[]): number[] {
  const [days, parts] = split(sums, ({ counts }) => counts.split(' ').map(Number));
  let total = 0;
  let next = 0;
  return moments.map((moment) => {
    const midnight = moment - (moment % DAY_MINUTES);
    for (; next < days.length && days[next]!.at < midnight; next++) total += days[next]!.value;
    return total + (parts.get(moment) ?? 0);
  });
}

/** The same of histograms. */
export async function histogramsUpTo(sums: readonly Sums[], moments: readonly number[]): Promise<Histogram[]> {
  const [days, parts] = split(sums, ({ histograms }) => histograms.split(' '));
  const total = new Histogram();
  let next = 0;
  const found: Histogram[] = [];
  for (const [i, moment] of moments.entries()) {
    if (i % MOMENTS_AT_ONCE === 0) await setImmediate();
    const midnight = moment - (moment % DAY_MINUTES);
    for (; next < days.length && days[next]!.at < midnight; next++) total.addArrays(days[next]!.value);
    found.push(total.copy().addArrays(parts.get(moment) ?? ''));
  }
  return found;
}

function split<T>(sums: readonly Sums[], valuesOf: (one: Sums) => T[]) {
  const days: { at: number; value: T }[] = [];
  const parts = new Map<number, T>();
  for (const one of sums) {
    const values = valuesOf(one);
    for (const [i, at] of one.at.split(' ').entries()) {
      if (one.isDays) days.push({ at: Number(at), value: values[i]! });
      else parts.set(Number(at), values[i]!);
    }
  }
  return [days.sort((a, b) => a.at - b.at), parts] as const;
}
