import type { Db } from '../db.ts';

/** The deletion of a participant that is not finished. */
export type Erasure = {
  readonly participantId: string;
  readonly requestedById: string;
  readonly progress: string | null;
};

/**
 * Raw, because Prisma has no SKIP LOCKED. The claim is a lease, so nothing stays locked while it is carried out, and when the
 * process dies another goes on where it stopped.
 */
export async function claimErasure(db: Db, leaseMs: number): Promise<Erasure | undefined> {
  const [claimed] = await db.$queryRaw<Erasure[]>`/* erasure_claim */
    UPDATE erasure SET lease_until = now() + ${leaseMs}::int * interval '1 millisecond'
    WHERE participant_id = (
      SELECT participant_id FROM erasure WHERE completed_at IS NULL AND (lease_until IS NULL OR lease_until < now())
      ORDER BY requested_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING participant_id::text AS "participantId", requested_by_id::text AS "requestedById", progress::text`;
  return claimed;
}

/** The next conversations that they are or were in, in id order. */
export async function nextConversations(db: Db, participantId: string, after: string | null): Promise<string[]> {
  const rows = await db.member.findMany({
    where: { participantId, ...(after === null ? {} : { conversationId: { gt: after } }) },
    select: { conversationId: true },
    orderBy: { conversationId: 'asc' },
    take: 100,
  });
  return rows.map(({ conversationId }) => conversationId);
}
