import type { Db } from '../db.ts';
import type { Stretches } from './kpi-series-queries.ts';

/**
 * Messages by the hour of the week, 0 to 167 from Monday's first. `shift`: so many minutes after UTC, and after the beginning of
 * a week, are the clocks of a stretch. Raw, for the join with a list of ranges and grouping by an expression.
 */
export function sumByHourOfWeek(
  db: Db,
  { span, from, to }: Pick<Stretches, 'span' | 'from' | 'to'>,
  shift: readonly number[],
): Promise<{ cell: number; messages: number }[]> {
  return db.$queryRaw`/* kpi_heat_map */
    SELECT ((date_part('epoch', r.starts_at)::bigint / 60 + p.shift) % 10080 / 60)::int AS cell, sum(r.count)::float8 AS messages
    FROM unnest(${span}::int[], ${from}::int[], ${to}::int[], ${shift}::int[]) AS p(span, f, t, shift)
      CROSS JOIN LATERAL (
        SELECT starts_at, count FROM kpi_rollup WHERE metric = 'messages' AND span_minutes = p.span
          AND starts_at >= to_timestamp(p.f * 60.0) AND starts_at < to_timestamp(p.t * 60.0) OFFSET 0
      ) r
    GROUP BY 1`;
}
