import type { Db } from '../db.ts';
import { badInput, databaseErrorCode } from '../errors.ts';

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
 * Raw, for the join with a list of ranges. OFFSET 0 keeps it one index scan for each range: without it, where statistics are
 * old, the planner reads all of a metric for each.
 */
export function sumParts(
  db: Db,
  { part, span, from, to }: Stretches,
  metrics: readonly string[],
): Promise<{ part: number; metric: string; count: number }[]> {
  return db.$queryRaw`/* kpi_sum_parts */
    SELECT p.part, m.metric, (CASE WHEN m.metric LIKE 'peak\\_%' THEN max(r.count) ELSE sum(r.count) END)::float8 AS count
    FROM unnest(${part}::int[], ${span}::int[], ${from}::int[], ${to}::int[]) AS p(part, span, f, t)
      CROSS JOIN unnest(${metrics}::text[]) AS m(metric)
      CROSS JOIN LATERAL (
        SELECT count FROM kpi_rollup WHERE metric = m.metric AND span_minutes = p.span
          AND starts_at >= to_timestamp(p.f * 60.0) AND starts_at < to_timestamp(p.t * 60.0) OFFSET 0
      ) r
    GROUP BY 1, 2`;
}

/**
 * Histograms as text, "{numbers}{counts}" one after the other: added up by whoever reads them, because PostgreSQL takes five
 * times as long for it. Raw, for the same join.
 */
export function readHistograms(
  db: Db,
  { part, span, from, to }: Stretches,
  metrics: readonly string[],
): Promise<{ part: number; metric: string; histograms: string }[]> {
  return db.$queryRaw`/* kpi_read_histograms */
    SELECT p.part, m.metric, string_agg(r.bucket_numbers::text || r.bucket_counts::text, '') AS histograms
    FROM unnest(${part}::int[], ${span}::int[], ${from}::int[], ${to}::int[]) AS p(part, span, f, t)
      CROSS JOIN unnest(${metrics}::text[]) AS m(metric)
      CROSS JOIN LATERAL (
        SELECT bucket_numbers, bucket_counts FROM kpi_rollup WHERE metric = m.metric AND span_minutes = p.span
          AND starts_at >= to_timestamp(p.f * 60.0) AND starts_at < to_timestamp(p.t * 60.0) OFFSET 0
      ) r
    GROUP BY 1, 2`;
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
