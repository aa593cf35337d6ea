import type { Db, Tx } from '../db.ts';
import { Prisma } from '../generated/prisma/client.ts';

/** Processes store what they measured every five seconds; a minute is judged when that is over. */
const SETTLED_AFTER = Prisma.sql`interval '10 seconds'`;

/**
 * The minutes of a range that can be judged, and whether the canary succeeded in each: from the first whole one after it was
 * started. One without a result is a minute down, whatever the reason.
 */
const judgedMinutes = (from: Date, to: Date) => Prisma.sql`
  SELECT d.minute, EXISTS (
    SELECT 1 FROM kpi_minute k WHERE k.metric = 'canary_ok' AND k.minute = d.minute AND k.count > 0
  ) AS up
  FROM turn t CROSS JOIN LATERAL generate_series(
    greatest(${from}::timestamptz, date_trunc('minute', t.counting_since) + interval '1 minute'),
    least(${to}::timestamptz, date_trunc('minute', now() - ${SETTLED_AFTER})) - interval '1 minute', interval '1 minute'
  ) AS d(minute)
  WHERE t.name = 'canary' AND t.counting_since IS NOT NULL`;

/** Raw, for the series of minutes. */
export async function countMinutesUp(db: Db, from: Date, to: Date): Promise<{ up: number; judged: number }> {
  const [counted] = await db.$queryRaw<[{ up: number; judged: number }]>`/* kpi_uptime */
    SELECT count(*)::int AS judged, (count(*) FILTER (WHERE up))::int AS up FROM (${judgedMinutes(from, to)}) m`;
  return counted;
}

/** The same by the quarter of an hour, into kpi_rollup. Raw, because it inserts what it selects. */
export async function rollUpUptime(tx: Tx, { from, to }: { from: Date; to: Date }): Promise<void> {
  await tx.$executeRaw`/* kpi_roll_up_uptime */
    INSERT INTO kpi_rollup AS r (metric, span_minutes, starts_at, count)
    SELECT m.metric, 15, date_bin('15 minutes', j.minute, 'epoch'), count(*) FILTER (WHERE m.metric = 'minutes_judged' OR j.up)
    FROM (${judgedMinutes(from, to)}) j CROSS JOIN (VALUES ('minutes_judged'), ('minutes_up')) AS m(metric)
    GROUP BY 1, 3
    ON CONFLICT (metric, span_minutes, starts_at) DO UPDATE SET count = excluded.count WHERE r.count <> excluded.count`;
}
