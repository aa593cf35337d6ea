import type { Db } from '../db.ts';
import { sumByHourOfWeek } from './heat-map-queries.ts';
import { readMeasuredSince } from './kpi-series-queries.ts';
import { coverRange, floorToQuarter } from './spans.ts';
import { offsetsIn } from './time-zone-offsets.ts';

export type HourTraffic = { readonly weekday: number; readonly hour: number; readonly messagesPerHour: number | null };

const MINUTE_MS = 60_000;
const QUARTERS_OF_WEEK = 7 * 96;
/** The first of 1970 was a Thursday: on a Monday three days had gone by. */
const MONDAY_MINUTES = 3 * 1_440;
/** Quarters of an hour, and whole hours where clocks show those. */
const UP_TO_HOURS = 1;

/** The week, hour by hour; an hour that the range does not have, or in which nothing was measured, has no value. */
export async function readTraffic(
  db: Db,
  { timeZone, ...range }: { from: Date; to: Date; timeZone: string },
): Promise<readonly HourTraffic[]> {
  const since = await readMeasuredSince(db);
  const from = Math.max(range.from.getTime(), since?.getTime() ?? Number.POSITIVE_INFINITY);
  const to = Math.min(range.to.getTime(), floorToQuarter(Date.now()));
  const messages = new Map<number, number>();
  const quarters = new Float64Array(7 * 24);
  const stretches = [];
  for (const span of from < to ? offsetsIn(timeZone, from, to) : []) {
    const shift = span.offsetMinutes + MONDAY_MINUTES;
    countQuarters(quarters, span.from / MINUTE_MS + shift, span.to / MINUTE_MS + shift);
    const level = span.offsetMinutes % 60 === 0 ? UP_TO_HOURS : 0;
    for (const stretch of coverRange(span.from, span.to, level)) stretches.push({ ...stretch, shift });
  }
  const found = await sumByHourOfWeek(
    db,
    {
      span: stretches.map(({ spanMinutes }) => spanMinutes),
      from: stretches.map((stretch) => stretch.from / MINUTE_MS),
      to: stretches.map((stretch) => stretch.to / MINUTE_MS),
    },
    stretches.map(({ shift }) => shift),
  );
  for (const { cell, messages: n } of found) messages.set(cell, n);
  return Array.from(quarters, (n, cell) => ({
    weekday: 1 + Math.floor(cell / 24),
    hour: cell % 24,
    messagesPerHour: n > 0 ? (messages.get(cell) ?? 0) / (n / 4) : null,
  }));
}

/** How many quarters of an hour of each hour of the week lie between two times of a clock, in minutes from a Monday on. */
function countQuarters(quarters: Float64Array, from: number, to: number): void {
  const [first, last] = [from / 15, to / 15];
  const weeks = Math.floor((last - first) / QUARTERS_OF_WEEK);
  for (let cell = 0; cell < quarters.length; cell++) quarters[cell]! += 4 * weeks;
  for (let at = first + weeks * QUARTERS_OF_WEEK; at < last; at++) quarters[Math.floor((at % QUARTERS_OF_WEEK) / 4)]!++;
}
