import type { Db } from '../db.ts';
import { Prisma } from '../generated/prisma/client.ts';

export type DeadLetter = {
  readonly id: bigint;
  readonly conversationId: string;
  readonly seq: number;
  readonly createdAt: Date;
  readonly failedAt: Date;
  readonly attempts: number;
  readonly lastError: string | null;
};
/** A place in the list: by the time of the last attempt, then id. */
export type DeadLetterPosition = { readonly failedAt: Date; readonly id: bigint };

/** Newest first. */
export function listDeadLetters(
  db: Db,
  conversationId: string | undefined,
  { limit, after }: { limit: number; after: DeadLetterPosition | undefined },
): Promise<DeadLetter[]> {
  return db.deadLetter.findMany({
    where: {
      conversationId,
      ...(after && {
        OR: [{ failedAt: { lt: after.failedAt } }, { failedAt: after.failedAt, id: { lt: after.id } }],
      }),
    },
    orderBy: [{ failedAt: 'desc' }, { id: 'desc' }],
    take: limit,
    omit: { traceparent: true },
  });
}

/** Ids only rise: what fails again meanwhile comes after this. */
export async function newestDeadLetter(db: Db): Promise<bigint> {
  const { _max } = await db.deadLetter.aggregate({ _max: { id: true } });
  return _max.id ?? 0n;
}

/** These, or all up to this one; and who asks. */
export type Chosen = { readonly ids: readonly bigint[] | { readonly upTo: bigint }; readonly actorId: string };

/** At most so many. Answers how many there were. */
type Move = (db: Db, chosen: Chosen, limit: number) => Promise<number>;

const taken = ({ ids }: Chosen, limit: number) => Prisma.sql`
  DELETE FROM dead_letter WHERE id IN (
    SELECT id FROM dead_letter
    WHERE ${'upTo' in ids ? Prisma.sql`id <= ${ids.upTo}` : Prisma.sql`id = ANY (${ids}::bigint[])`}
    ORDER BY id LIMIT ${limit}::int FOR UPDATE
  ) RETURNING *`;

const audited = (action: 'DEAD_LETTER_REPLAYED' | 'DEAD_LETTER_DISCARDED', actorId: string) => Prisma.sql`
  INSERT INTO audit_log (action, actor_id, conversation_id, reference)
  SELECT ${action}::"AuditAction", ${actorId}::uuid, t.conversation_id, 'seq ' || t.seq FROM taken t`;

/**
 * Raw, so that a letter leaves here and is in the outbox again, as if it were new, by one statement, which also notes who did
 * it. Two who do the same at once: the second finds nothing.
 */
export const requeueDeadLetters: Move = (db, chosen, limit) =>
  db.$executeRaw`/* dead_letter_replay: one shape per choice */
    WITH taken AS (${taken(chosen, limit)}), audited AS (${audited('DEAD_LETTER_REPLAYED', chosen.actorId)})
    INSERT INTO outbox (conversation_id, seq, traceparent, available_at, urgent)
    SELECT t.conversation_id, t.seq, t.traceparent, now(), coalesce(c.priority = 'URGENT', false)
    FROM taken t LEFT JOIN conversation c ON c.id = t.conversation_id ORDER BY t.id`;

/** Raw for the same reasons. */
export const deleteDeadLetters: Move = async (db, chosen, limit) => {
  const [row] = await db.$queryRaw<[{ n: number }]>`/* dead_letter_discard: one shape per choice */
    WITH taken AS (${taken(chosen, limit)}), audited AS (${audited('DEAD_LETTER_DISCARDED', chosen.actorId)})
    SELECT count(*)::int AS n FROM taken`;
  return row.n;
};
