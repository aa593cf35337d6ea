import { badInput, forbidden } from '../errors.ts';
import { checkRange } from '../input.ts';
import type { Viewer } from '../participants/participant.ts';
import type { CalendarUnit } from './kpi-series-queries.ts';
import type { SeriesRange } from './read-kpi-series.ts';
import { ceilToQuarter, floorToQuarter } from './spans.ts';

const DEFAULT_WINDOW_MINUTES = 15;
const HOUR_MS = 3_600_000;
/** Two years, one of them a leap year, and the hour of a changed clock. */
const MAX_RANGE_MS = (731 * 24 + 1) * HOUR_MS;
/** More than a screen has columns; by the hour that is a quarter of a year. */
const MAX_POINTS = 2_250;
const unitMs = { hour: HOUR_MS, day: 23 * HOUR_MS, week: 167 * HOUR_MS, month: 671 * HOUR_MS };

/** The one door to the KPIs: who may see them, and of which window. */
export function accessKpis(viewer: Viewer, windowMinutes: number | null | undefined): number {
  checkManager(viewer);
  return checkRange('windowMinutes', windowMinutes ?? DEFAULT_WINDOW_MINUTES, 1, 1_440);
}

/** The same for a range of time: widened to whole quarters of an hour. */
export function accessKpiSeries(
  viewer: Viewer,
  { from, to, unit, timeZone }: { from: Date; to: Date; unit: CalendarUnit; timeZone: string },
): SeriesRange {
  checkManager(viewer);
  const range = checkRangeOfTime({ from, to });
  const length = range.to.getTime() - range.from.getTime();
  if (length / unitMs[unit] > MAX_POINTS) throw badInput('bucket', `would give more than ${MAX_POINTS} points.`);
  return { ...range, unit, timeZone: checkTimeZone(timeZone) };
}

/** And for one that is not cut. */
export function accessKpiRange(
  viewer: Viewer,
  { timeZone, ...range }: { from: Date; to: Date; timeZone: string },
): Omit<SeriesRange, 'unit'> {
  checkManager(viewer);
  return { ...checkRangeOfTime(range), timeZone: checkTimeZone(timeZone) };
}

/** Without a time zone. */
export function accessSlowMessages(viewer: Viewer, range: { from: Date; to: Date }): { from: Date; to: Date } {
  checkManager(viewer);
  return checkRangeOfTime(range);
}

function checkRangeOfTime({ from, to }: { from: Date; to: Date }): { from: Date; to: Date } {
  const range = { from: new Date(floorToQuarter(from.getTime())), to: new Date(ceilToQuarter(to.getTime())) };
  const length = range.to.getTime() - range.from.getTime();
  if (range.from.getUTCFullYear() < 1970) throw badInput('from', 'must not be before 1970.');
  if (to <= from) throw badInput('to', 'must be after from.');
  if (length > MAX_RANGE_MS) throw badInput('to', 'must be at most two years after from.');
  return range;
}

export function checkManager(viewer: Viewer): void {
  if (viewer.role !== 'MANAGER') throw forbidden('Key figures are for managers.');
}

/** Names only: of an offset such as +02:00 PostgreSQL and JavaScript think opposite things. */
function checkTimeZone(name: string): string {
  try {
    if (/^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name })) return name;
  } catch {
    // Told below.
  }
  throw badInput('timeZone', 'must be the name of an IANA time zone such as Europe/Berlin.');
}
