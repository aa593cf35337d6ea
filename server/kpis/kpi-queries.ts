import type { Db } from '../db.ts';
import type { Buckets } from './histogram.ts';
import type { RollupCounter } from './kpi-definitions.ts';
import type { LatencyMetric } from './kpi-metrics.ts';

/** The values of a process's minute so far; they replace those written before. */
export async function writeKpiMinute(
  db: Db,
  row: { minute: Date; processId: string; metric: string; count: number; buckets?: Buckets },
): Promise<void> {
  const { minute, processId, metric, ...values } = row;
  await db.kpiMinute.upsert({
    where: { minute_metric_processId: { minute, metric, processId } },
    create: row,
    update: values,
  });
}

const LIVE = [
  'sends_stored',
  'sends_failed',
  'operations',
  'operations_failed',
  'deliveries_done',
  'deliveries_due',
  'audit_passed',
  'audit_failed',
] as const satisfies RollupCounter[];

export async function sumCounters(db: Db, since: Date): Promise<(metric: (typeof LIVE)[number]) => number> {
  const sums = await db.kpiMinute.groupBy({
    by: ['metric'],
    where: {
      minute: { gte: since },
      metric: { in: [...LIVE] },
    },
    _sum: { count: true },
  });
  const byMetric = new Map(sums.map(({ metric, _sum }) => [metric, _sum.count ?? 0]));
  return (metric) => byMetric.get(metric) ?? 0;
}

/** Histograms added up over minutes and processes. Raw, because Prisma cannot add up what is inside of JSON. */
export function sumLatencies(db: Db, since: Date): Promise<{ metric: LatencyMetric; buckets: Buckets }[]> {
  return db.$queryRaw`/* kpi_latencies */
    SELECT metric, jsonb_object_agg(bucket, n) AS buckets FROM (
      SELECT k.metric, b.bucket, sum(b.n::int)::int AS n
      FROM kpi_minute k CROSS JOIN LATERAL jsonb_each_text(k.buckets) AS b(bucket, n)
      WHERE k.minute >= ${since}::timestamptz AND k.buckets IS NOT NULL
      GROUP BY 1, 2
    ) summed GROUP BY metric`;
}

/** One latency's histograms by minute, added up over processes. */
export function sumLatencyByMinute(
  db: Db,
  metric: LatencyMetric,
  since: Date,
): Promise<{ minute: Date; buckets: Buckets }[]> {
  return db.$queryRaw`/* kpi_latency_by_minute */
    SELECT minute, jsonb_object_agg(bucket, n) AS buckets FROM (
      SELECT k.minute, b.bucket, sum(b.n::int)::int AS n
      FROM kpi_minute k CROSS JOIN LATERAL jsonb_each_text(k.buckets) AS b(bucket, n)
      WHERE k.minute >= ${since}::timestamptz AND k.metric = ${metric} AND k.buckets IS NOT NULL
      GROUP BY 1, 2
    ) summed GROUP BY minute`;
}

type Backlog = { participantsOnline: number; outboxDepth: number; outboxOldestAgeMs: number | null };

/** Raw, because Prisma cannot count distinct values, and ages must be told by the clock that wrote the times. */
export async function readBacklog(db: Db): Promise<Backlog> {
  const [backlog] = await db.$queryRaw<[Backlog]>`/* kpi_backlog */
    SELECT o.depth AS "outboxDepth", o.age AS "outboxOldestAgeMs", p.online AS "participantsOnline"
    FROM (
      SELECT count(*)::int AS depth, (extract(epoch FROM now() - min(created_at)) * 1000)::float8 AS age FROM outbox
    ) o, (
      SELECT count(DISTINCT participant_id)::int AS online FROM presence WHERE expires_at > now()
    ) p`;
  return backlog;
}
