import { canary } from '../canary-participants.ts';
import type { Db } from '../db.ts';

export type SlowMessage = {
  readonly messageId: string;
  /** What it is ranked by: from the sender's attempt where its clock can be trusted, else from the server's receipt. */
  readonly tookMs: number;
  readonly sentToStoredMs: number | null;
  readonly acceptedToStoredMs: number;
};

/** An hour's slowest of one process replace those written before. */
export async function writeSlowMessages(
  db: Db,
  of: { hour: Date; processId: string },
  slowest: readonly SlowMessage[],
): Promise<void> {
  await db.$transaction([
    db.slowMessage.deleteMany({ where: of }),
    db.slowMessage.createMany({ data: slowest.map((message) => ({ ...of, ...message })) }),
  ]);
}

export async function deleteSlowMessagesBefore(db: Db, time: Date): Promise<void> {
  await db.slowMessage.deleteMany({ where: { hour: { lt: time } } });
}

export type FoundSlowMessage = Omit<SlowMessage, 'tookMs'> & {
  readonly conversationId: string;
  readonly createdAt: Date;
};

const HOUR_MS = 3_600_000;
const SHOWN = 10;

/**
 * The slowest of a range, slowest first: some thousand rows are put in order, and messages looked up until there are enough.
 * Left out: internal notes, the canary's, and what was deleted. Raw, for that early end (OFFSET 0 keeps the lookup one by one).
 */
export function readSlowestMessages(db: Db, { from, to }: { from: Date; to: Date }): Promise<FoundSlowMessage[]> {
  // One is noted after it is stored, which may be in the next hour.
  const [first, last] = [new Date(from.getTime() - HOUR_MS), new Date(to.getTime() + HOUR_MS)];
  return db.$queryRaw`/* slowest_messages */
    SELECT s.message_id::text AS "messageId", m.conversation_id::text AS "conversationId", m.created_at AS "createdAt",
      s.sent_to_stored_ms AS "sentToStoredMs", s.accepted_to_stored_ms AS "acceptedToStoredMs"
    FROM (
      SELECT message_id, took_ms, sent_to_stored_ms, accepted_to_stored_ms FROM slow_message
      WHERE hour > ${first}::timestamptz AND hour < ${last}::timestamptz ORDER BY took_ms DESC
    ) s CROSS JOIN LATERAL (
      SELECT m.conversation_id, m.created_at FROM message m JOIN conversation c ON c.id = m.conversation_id
      WHERE m.id = s.message_id AND m.created_at >= ${from}::timestamptz AND m.created_at < ${to}::timestamptz
        AND m.deleted_at IS NULL AND c.notes_of_id IS NULL AND c.starter_id <> ${canary.customer.id}::uuid OFFSET 0
    ) m
    ORDER BY s.took_ms DESC LIMIT ${SHOWN}::int`;
}
