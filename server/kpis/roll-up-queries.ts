import type { Db, Tx } from '../db.ts';

/**
 * Adding measurements up into kpi_rollup. Every statement computes whole spans afresh and replaces what stood there, so that
 * running one again, or after rows that came late, is right. Raw, because Prisma cannot group by expressions, look into
 * histograms, or insert what it selects.
 */

/** Whole quarters of an hour. */
type Range = { readonly from: Date; readonly to: Date };

/** One process at a time. False: another one is at it. */
export async function lockRollUp(tx: Tx): Promise<boolean> {
  const [row] = await tx.$queryRaw<[{ locked: boolean }]>`/* kpi_roll_up_lock */
    SELECT pg_try_advisory_xact_lock(hashtext('kpi_rollup')) AS locked`;
  return row.locked;
}

/** The newest quarter of an hour that was added up; without one, where measurements begin. Null: there are none. */
export async function readRolledUpTo(tx: Tx): Promise<Date | null> {
  const [row] = await tx.$queryRaw<[{ at: Date | null }]>`/* kpi_rolled_up_to */
    SELECT date_bin('15 minutes', coalesce(
      (SELECT max(starts_at) FROM kpi_rollup WHERE span_minutes = 15),
      least((SELECT min(minute) - interval '1 minute' FROM kpi_minute), (SELECT min(submitted_at) FROM survey))
    ), 'epoch') AS at`;
  return row.at;
}

/** What processes measured. Processes add up, and so do minutes; of peaks the highest minute counts. */
export async function rollUpMinutes(tx: Tx, { from, to }: Range): Promise<void> {
  await tx.$executeRaw`/* kpi_roll_up_minutes */
    WITH measured AS (
      SELECT metric, minute, date_bin('15 minutes', minute, 'epoch') AS starts_at, count, buckets FROM kpi_minute
      WHERE minute >= ${from}::timestamptz AND minute < ${to}::timestamptz AND metric <> 'messages_before'
    ), counts AS (
      SELECT metric, starts_at, CASE WHEN metric LIKE 'peak\\_%' THEN max(count) ELSE sum(count) END AS count FROM (
        SELECT metric, starts_at, minute, sum(count) AS count FROM measured GROUP BY 1, 2, 3
      ) by_minute GROUP BY 1, 2
    ), histograms AS (
      SELECT metric, starts_at, array_agg(bucket ORDER BY bucket) AS numbers, array_agg(n ORDER BY bucket) AS counts FROM (
        SELECT metric, starts_at, b.bucket::smallint AS bucket, sum(b.n::int)::int AS n
        FROM measured CROSS JOIN LATERAL jsonb_each_text(buckets) AS b(bucket, n) WHERE buckets IS NOT NULL GROUP BY 1, 2, 3
      ) added GROUP BY 1, 2
    )
    INSERT INTO kpi_rollup AS r (metric, span_minutes, starts_at, count, bucket_numbers, bucket_counts)
    SELECT metric, 15, starts_at, count, coalesce(numbers, '{}'), coalesce(counts, '{}')
    FROM counts LEFT JOIN histograms USING (metric, starts_at)
    ON CONFLICT (metric, span_minutes, starts_at) DO UPDATE
      SET count = excluded.count, bucket_numbers = excluded.bucket_numbers, bucket_counts = excluded.bucket_counts
      WHERE r.count <> excluded.count OR r.bucket_counts <> excluded.bucket_counts`;
}

/** Messages posted, from the marks: each says how many there were before its minute, and the one before it is its start. */
export async function rollUpMessages(tx: Tx, { from, to }: Range): Promise<void> {
  await tx.$executeRaw`/* kpi_roll_up_messages */
    WITH marks AS (
      SELECT minute, count - coalesce(lag(count) OVER (ORDER BY minute), 0) AS posted FROM kpi_minute
      WHERE metric = 'messages_before' AND minute >= coalesce(
        (SELECT max(minute) FROM kpi_minute WHERE metric = 'messages_before' AND minute <= ${from}::timestamptz), '-infinity')
        AND minute <= ${to}::timestamptz
    )
    INSERT INTO kpi_rollup AS r (metric, span_minutes, starts_at, count)
    SELECT 'messages', 15, date_bin('15 minutes', minute - interval '1 minute', 'epoch') AS starts_at, sum(posted)
    FROM marks WHERE minute > ${from}::timestamptz GROUP BY 3
    ON CONFLICT (metric, span_minutes, starts_at) DO UPDATE SET count = excluded.count WHERE r.count <> excluded.count`;
}

/** Survey answers, by the time of the first answer; their ratings may change for an hour. */
export async function rollUpSurveys(tx: Tx, { from, to }: Range): Promise<void> {
  await tx.$executeRaw`/* kpi_roll_up_surveys */
    INSERT INTO kpi_rollup AS r (metric, span_minutes, starts_at, count)
    SELECT m.metric, 15, date_bin('15 minutes', s.submitted_at, 'epoch') AS starts_at,
      count(*) FILTER (WHERE m.metric = 'survey_answers' OR s.rating >= 4)
    FROM survey s CROSS JOIN (VALUES ('survey_answers'), ('survey_satisfied')) AS m(metric)
    WHERE s.submitted_at >= ${from}::timestamptz AND s.submitted_at < ${to}::timestamptz GROUP BY 1, 3
    ON CONFLICT (metric, span_minutes, starts_at) DO UPDATE SET count = excluded.count WHERE r.count <> excluded.count`;
}

/** Longer spans from shorter ones; `from` lies anywhere in the first one to be computed. */
export async function rollUpSpan(tx: Tx, fromMinutes: number, toMinutes: number, { from, to }: Range): Promise<void> {
  await tx.$executeRaw`/* kpi_roll_up_span */
    WITH parts AS (
      SELECT metric, date_bin(${toMinutes}::int * interval '1 minute', starts_at, 'epoch') AS starts_at, count, bucket_numbers, bucket_counts
      FROM kpi_rollup WHERE span_minutes = ${fromMinutes}::int
        AND starts_at >= date_bin(${toMinutes}::int * interval '1 minute', ${from}::timestamptz, 'epoch')
        AND starts_at < ${to}::timestamptz
    ), counts AS (
      SELECT metric, starts_at, CASE WHEN metric LIKE 'peak\\_%' THEN max(count) ELSE sum(count) END AS count
      FROM parts GROUP BY 1, 2
    ), histograms AS (
      SELECT metric, starts_at, array_agg(bucket ORDER BY bucket) AS numbers, array_agg(n ORDER BY bucket) AS counts FROM (
        SELECT metric, starts_at, b.bucket, sum(b.n)::int AS n
        FROM parts CROSS JOIN LATERAL unnest(bucket_numbers, bucket_counts) AS b(bucket, n) GROUP BY 1, 2, 3
      ) added GROUP BY 1, 2
    )
    INSERT INTO kpi_rollup AS r (metric, span_minutes, starts_at, count, bucket_numbers, bucket_counts)
    SELECT metric, ${toMinutes}::int, starts_at, count, coalesce(numbers, '{}'), coalesce(counts, '{}')
    FROM counts LEFT JOIN histograms USING (metric, starts_at)
    ON CONFLICT (metric, span_minutes, starts_at) DO UPDATE
      SET count = excluded.count, bucket_numbers = excluded.bucket_numbers, bucket_counts = excluded.bucket_counts
      WHERE r.count <> excluded.count OR r.bucket_counts <> excluded.bucket_counts`;
}

/** Sums since midnight of UTC, oldest first, as each stands on the one before it. Peaks have none. */
export async function rollUpSinceMidnight(tx: Tx, { from, to }: Range): Promise<void> {
  await tx.$executeRaw`/* kpi_roll_up_since_midnight */
    SELECT kpi_add_since_midnight(starts_at) FROM (
      SELECT DISTINCT starts_at FROM kpi_rollup
      WHERE span_minutes = 15 AND starts_at >= ${from}::timestamptz AND starts_at < ${to}::timestamptz ORDER BY 1
    ) quarters`;
}

/** Whole days of UTC, because what counts since midnight means nothing without the quarters before it. */
export async function deleteRollUpsBefore(db: Db, time: Date): Promise<void> {
  const midnight = new Date(time.toISOString().slice(0, 10));
  await db.kpiRollup.deleteMany({ where: { spanMinutes: { gte: 0 }, startsAt: { lt: midnight } } });
}
