/**
 * The lengths of what is added up, in minutes. The shortest is a quarter of an hour because every time zone's offset is a
 * multiple of it, so that local hours and days consist of whole ones; each longer one consists of whole shorter ones.
 */
export const SPANS = [15, 60, 240, 1_440] as const;

const QUARTER_MS = SPANS[0] * 60_000;

export const floorToQuarter = (time: number) => Math.floor(time / QUARTER_MS) * QUARTER_MS;
export const ceilToQuarter = (time: number) => Math.ceil(time / QUARTER_MS) * QUARTER_MS;

export type Stretch = { readonly spanMinutes: number; readonly from: number; readonly to: number };

/**
 * A time range as the fewest stretches of equal spans: in the middle the longest spans that fit, towards both ends shorter
 * ones. Ranges are in ms since 1970 and begin and end at quarters of an hour.
 */
export function coverRange(from: number, to: number, level = SPANS.length - 1): Stretch[] {
  if (from >= to) return [];
  const spanMinutes = SPANS[level]!;
  const ms = spanMinutes * 60_000;
  const [first, last] = [Math.ceil(from / ms) * ms, Math.floor(to / ms) * ms];
  if (level === 0) return [{ spanMinutes, from: first, to: last }];
  if (first >= last) return coverRange(from, to, level - 1);
  return [
    ...coverRange(from, first, level - 1),
    { spanMinutes, from: first, to: last },
    ...coverRange(last, to, level - 1),
  ];
}
