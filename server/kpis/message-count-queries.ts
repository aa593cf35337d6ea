import { canaryIds } from '../canary-participants.ts';
import type { Db } from '../db.ts';

/** How many messages there were before a minute began. */
export type Mark = { readonly minute: Date; readonly count: number };

const MARK = { metric: 'messages_before', processId: '00000000-0000-0000-0000-000000000000' } as const;
const origin: Mark = { minute: new Date(0), count: 0 };
const fields = { minute: true, count: true } as const;

/**
 * Until when every message is visible that ever will be: messages are dated after their transaction began, so nothing can
 * still appear before the minute in which the oldest running one did. Raw, for pg_stat_activity and the database's clock.
 */
export async function readSettledMinute(db: Db): Promise<{ at: Date; settled: Date }> {
  const [row] = await db.$queryRaw<[{ at: Date; settled: Date }]>`/* kpi_settled_minute */
    SELECT now() AS at, date_trunc('minute', least(now(), min(xact_start))) AS settled
    FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = current_database()`;
  return row;
}

/** Raw, because Prisma cannot group by an expression. */
export function countMessagesByMinute(db: Db, since: Date): Promise<Mark[]> {
  return db.$queryRaw`/* kpi_messages_by_minute */
    SELECT date_trunc('minute', created_at) AS minute, count(*)::int AS count
    FROM message WHERE created_at >= ${since}::timestamptz AND sender_id <> ALL (${canaryIds}::uuid[]) GROUP BY 1 ORDER BY 1`;
}

export async function readNewestMark(db: Db, notAfter?: Date): Promise<Mark> {
  const where = { ...MARK, minute: { lte: notAfter } };
  return (await db.kpiMinute.findFirst({ where, orderBy: { minute: 'desc' }, select: fields })) ?? origin;
}

/** The marks after a minute, oldest first, led by the one that stands for what was before. */
export async function readMarks(db: Db, since: Date): Promise<Mark[]> {
  const base = await readNewestMark(db, since);
  const where = { ...MARK, minute: { gt: since } };
  return [base, ...(await db.kpiMinute.findMany({ where, orderBy: { minute: 'asc' }, select: fields }))];
}

export async function writeMarks(db: Db, marks: readonly Mark[]): Promise<void> {
  await db.kpiMinute.createMany({ data: marks.map((mark) => ({ ...MARK, ...mark })), skipDuplicates: true });
}

/** The newest mark stays, however old: the total stands on it. */
export async function deleteKpisBefore(db: Db, minute: Date, newestMark: Mark): Promise<void> {
  await db.kpiMinute.deleteMany({
    where: { minute: { lt: minute }, NOT: { metric: MARK.metric, minute: { gte: newestMark.minute } } },
  });
}
