/** A time in which a time zone's clocks were so many minutes ahead of UTC; in ms since 1970. */
export type OffsetSpan = { readonly from: number; readonly to: number; readonly offsetMinutes: number };

const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;

/** How far the clocks of a time zone were ahead in a range, and until when. Clocks are changed at quarters of an hour, seldom. */
export function offsetsIn(timeZone: string, from: number, to: number): OffsetSpan[] {
  const offsetAt = readOffsets(timeZone);
  const spans: OffsetSpan[] = [];
  let start = from;
  for (let at = from; at < to; at = Math.min(at + DAY_MS, to)) {
    const offsetMinutes = offsetAt(start);
    const next = Math.min(at + DAY_MS, to);
    if (offsetAt(next) === offsetMinutes) continue;
    // Between at, where it is still the old one, and next, where it is not.
    let [old, changed] = [at, next];
    while (changed - old > QUARTER_MS) {
      const middle = old + Math.floor((changed - old) / QUARTER_MS / 2) * QUARTER_MS;
      if (offsetAt(middle) === offsetMinutes) old = middle;
      else changed = middle;
    }
    if (changed < to) spans.push({ from: start, to: changed, offsetMinutes });
    if (changed < to) start = changed;
  }
  return from < to ? [...spans, { from: start, to, offsetMinutes: offsetAt(start) }] : [];
}

function readOffsets(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (at) => {
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(at))!;
    return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
  };
}
