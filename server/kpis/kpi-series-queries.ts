import type { Db } from '../db.ts';
import { badInput, databaseErrorCode } from '../errors.ts';

/** Stands for a length in kpi_rollup where a row counts from midnight of UTC to the end of a quarter of an hour. */
export const SINCE_MIDNIGHT = 0;
export const DAY_MINUTES = 1_440;

export type CalendarUnit = 'hour' | 'day' | 'week' | 'month';

/**
 * Where the hours, days, weeks (from Monday) or months of a time zone begin that lie in a range, the one at its start led by
 * its own beginning. Days have 23 or 25 hours where clocks are changed; one that is begun twice (clocks set back at midnight)
 * begins the first time. An hour that clocks run through twice is two; where they are changed by half an hour (Lord Howe),
 * one of them is a half. Raw, because PostgreSQL knows time zones and Prisma does not.
 */
export async function readCalendar(
  db: Db,
  { from, to, unit, timeZone }: { from: Date; to: Date; unit: CalendarUnit; timeZone: string },
): Promise<Date[]> {
  const rows = unit === 'hour' ? hoursOf() : daysOf();
  try {
    return (await rows).map(({ at }) => at);
  } catch (error) {
    // JavaScript and PostgreSQL each have a list of time zones, which are seldom of the same year.
    if (databaseErrorCode(error) === '22023') throw badInput('timeZone', 'is not known to this PostgreSQL.');
    throw error;
  }

  function hoursOf() {
    return db.$queryRaw<{ at: Date }[]>`/* kpi_calendar_hours */
      WITH quarters AS (
        SELECT q, q AT TIME ZONE ${timeZone}::text AS local
        FROM generate_series(${from}::timestamptz, ${to}::timestamptz - interval '15 minutes', interval '15 minutes') AS q
      )
      SELECT min(q) AS at FROM quarters GROUP BY date_trunc('hour', local), local - q AT TIME ZONE 'UTC' ORDER BY 1`;
  }
  function daysOf() {
    return db.$queryRaw<{ at: Date }[]>`/* kpi_calendar */
      WITH starts AS (
        SELECT local, local AT TIME ZONE ${timeZone}::text AS at FROM generate_series(
          date_trunc(${unit}::text, ${from}::timestamptz AT TIME ZONE ${timeZone}::text),
          ${to}::timestamptz AT TIME ZONE ${timeZone}::text,
          ('1 ' || ${unit}::text)::interval
        ) AS local
      )
      SELECT CASE WHEN (at - interval '1 hour') AT TIME ZONE ${timeZone}::text >= local THEN at - interval '1 hour' ELSE at END AS at
      FROM starts WHERE at < ${to}::timestamptz ORDER BY 1`;
  }
}

/** Stretches of kpi_rollup, each with the number of the part that it belongs to; times in minutes since 1970. */
export type Stretches = {
  readonly part: readonly number[];
  readonly span: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
};

/**
 * The highest of each part. Raw, for the join with a list of ranges. OFFSET 0 keeps it one index scan for each range: without
 * it, where statistics are old, the planner reads all of a metric for each.
 */
export function readPeaks(
  db: Db,
  { part, span, from, to }: Stretches,
  metrics: readonly string[],
): Promise<{ part: number; metric: string; highest: number }[]> {
  return db.$queryRaw`/* kpi_read_peaks */
    SELECT p.part, m.metric, max(r.count)::float8 AS highest
    FROM unnest(${part}::int[], ${span}::int[], ${from}::int[], ${to}::int[]) AS p(part, span, f, t)
      CROSS JOIN unnest(${metrics}::text[]) AS m(metric)
      CROSS JOIN LATERAL (
        SELECT count FROM kpi_rollup WHERE metric = m.metric AND span_minutes = p.span
          AND starts_at >= to_timestamp(p.f * 60.0) AND starts_at < to_timestamp(p.t * 60.0) OFFSET 0
      ) r
    GROUP BY 1, 2`;
}

/** Of one metric: whole days of UTC, or sums from midnight up to moments; all in the same order, with spaces between. */
export type Sums = {
  readonly metric: string;
  readonly isDays: boolean;
  /** Where the day begins, or the moment; in minutes since 1970. */
  readonly at: string;
  readonly counts: string;
  /** "{numbers}{counts}" of each. */
  readonly histograms: string;
};

/**
 * What sums up to any of these moments are made of: the days of UTC before it, and what came since its midnight. One
 * statement, so that both are of one moment. Histograms come as text, because PostgreSQL takes five times as long to add them
 * up; so do all numbers, because arrays are taken apart slowly on their way here. Raw, for the joins with lists.
 */
export function readSums(db: Db, metrics: readonly string[], moments: readonly number[]): Promise<Sums[]> {
  const [first, last] = [Math.min(...moments), Math.max(...moments)];
  // At midnight of UTC nothing came since.
  const cut = moments.filter((moment) => moment % DAY_MINUTES > 0);
  return db.$queryRaw`/* kpi_read_sums */
    WITH cuts AS MATERIALIZED (
      SELECT at, to_timestamp((at - at % ${DAY_MINUTES}::int) * 60.0) AS midnight, to_timestamp(at * 60.0) AS until FROM unnest(${cut}::int[]) AS p(at)
    ), parts AS (
      SELECT m.metric, true AS is_days, (extract(epoch FROM r.starts_at) / 60)::int AS at, r.count, r.bucket_numbers, r.bucket_counts
      FROM unnest(${metrics}::text[]) AS m(metric) CROSS JOIN LATERAL (
        SELECT starts_at, count, bucket_numbers, bucket_counts FROM kpi_rollup WHERE metric = m.metric AND span_minutes = ${DAY_MINUTES}::int
          AND starts_at >= to_timestamp((${first}::int - ${first}::int % ${DAY_MINUTES}::int) * 60.0) AND starts_at < to_timestamp(${last}::int * 60.0) OFFSET 0
      ) r
      UNION ALL
      SELECT m.metric, false, c.at, r.count, r.bucket_numbers, r.bucket_counts
      FROM unnest(${metrics}::text[]) AS m(metric) CROSS JOIN cuts c CROSS JOIN LATERAL (
        SELECT count, bucket_numbers, bucket_counts FROM kpi_rollup WHERE metric = m.metric AND span_minutes = ${SINCE_MIDNIGHT}::int
          AND starts_at >= c.midnight AND starts_at < c.until
        ORDER BY starts_at DESC LIMIT 1
      ) r
    )
    SELECT metric, is_days AS "isDays", string_agg(at::text, ' ') AS at, string_agg(count::text, ' ') AS counts,
      string_agg(bucket_numbers::text || bucket_counts::text, ' ') AS histograms
    FROM parts GROUP BY 1, 2`;
}

/** The first quarter of an hour of which anything is known. */
export async function readMeasuredSince(db: Db): Promise<Date | null> {
  const first = await db.kpiRollup.findFirst({
    where: { spanMinutes: 15 },
    orderBy: { startsAt: 'asc' },
    select: { startsAt: true },
  });
  return first?.startsAt ?? null;
}
