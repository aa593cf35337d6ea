import type { Db } from '../db.ts';

export type HeatCell = {
  readonly weekday: number;
  readonly hour: number;
  readonly messages: number;
  readonly hours: number;
};

/**
 * Messages by the weekday (1: Monday) and hour of a time zone: how many, and in how many such hours of the range. Hours before
 * anything was measured are not counted. Raw, because PostgreSQL knows time zones.
 */
export function readHeatMap(
  db: Db,
  { from, to, timeZone }: { from: Date; to: Date; timeZone: string },
): Promise<HeatCell[]> {
  return db.$queryRaw<HeatCell[]>`/* kpi_heat_map */
    WITH quarters AS (
      SELECT q, q AT TIME ZONE ${timeZone}::text AS local FROM generate_series(
        greatest(${from}::timestamptz, (SELECT min(starts_at) FROM kpi_rollup WHERE span_minutes = 15)),
        least(${to}::timestamptz, now()) - interval '15 minutes', interval '15 minutes'
      ) AS q
    )
    SELECT extract(isodow FROM local)::int AS weekday, extract(hour FROM local)::int AS hour,
      coalesce(sum(r.count), 0)::float8 AS messages, count(*)::float8 / 4 AS hours
    FROM quarters LEFT JOIN kpi_rollup r ON r.metric = 'messages' AND r.span_minutes = 15 AND r.starts_at = q
    GROUP BY 1, 2 ORDER BY 1, 2`;
}
