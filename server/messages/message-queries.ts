import type { Db, Tx } from '../db.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { type Message, messageFields, openMessages } from './message.ts';

export type SendRow = {
  readonly id: string;
  readonly conversationId: string;
  readonly senderId: string;
  readonly body: string;
  readonly sentAt: Date | null;
  readonly traceparent: string | null;
};

/** As it is stored. Without a body, because there was no key to seal it with: answered as from somebody who is no member. */
export type StoredSend = Omit<SendRow, 'body'> & {
  readonly body: string | null;
  readonly keyId: string | null;
  readonly fingerprint: Uint8Array;
};

export type SendAnswer = {
  readonly outcome: 'stored' | 'duplicate' | 'conflict' | 'not found' | 'not a member' | 'closed' | 'locked';
  readonly seq: number | null;
  readonly createdAt: Date | null;
  readonly outboxId: bigint | null;
};

/**
 * The hot statement: see the migrations send_messages, urgent_rows_and_locked_sends, notes and sealing. Answers in the order of the rows.
 *
 * @param lockWaitMs Per lock; null: as long as the session allows. 0: what is locked is answered with "locked".
 */
export function sendMessages(db: Db, rows: readonly StoredSend[], lockWaitMs: number | null): Promise<SendAnswer[]> {
  // Without any, as processes of the version before call it.
  const keyIds = rows.some(({ keyId }) => keyId !== null) ? rows.map(({ keyId }) => keyId) : null;
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return db.$queryRaw<SendAnswer[]>`/* send_messages */
    SELECT outcome, seq, created_at AS "createdAt", outbox_id AS "outboxId"
    FROM send_messages(
      ${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => r.conversationId)}::uuid[], ${rows.map((r) => r.senderId)}::uuid[],
      ${rows.map((r) => r.body)}::text[], ${rows.map((r) => `\\x${hex(r.fingerprint)}`)}::text[]::bytea[],
      ${rows.map((r) => r.sentAt?.toISOString() ?? null)}::text[]::timestamptz[], ${rows.map((r) => r.traceparent)}::text[],
      ${lockWaitMs}::int, ${keyIds}::text[]::uuid[]
    )`;
}

export async function readMessage(db: Db, sealing: Sealing, id: string): Promise<Message> {
  const row = await db.message.findUniqueOrThrow({ where: { id }, select: messageFields });
  return (await openMessages(sealing, [row]))[0]!;
}

/** Raw for its order and limit: the next of somebody's messages above a seq become tombstones. */
export async function eraseBodies(
  tx: Tx,
  {
    conversationId,
    senderId,
    afterSeq,
    limit,
  }: Pick<Message, 'conversationId' | 'senderId'> & { afterSeq: number; limit: number },
): Promise<Message[]> {
  const erased = await tx.$queryRaw<Message[]>`/* erase_bodies */
    WITH doomed AS (
      SELECT id FROM message
      WHERE conversation_id = ${conversationId}::uuid AND sender_id = ${senderId}::uuid AND seq > ${afterSeq}::int AND deleted_at IS NULL
      ORDER BY seq LIMIT ${limit}::int
    )
    UPDATE message m SET body = NULL, key_id = NULL, fingerprint = NULL, version = m.version + 1, deleted_at = date_trunc('milliseconds', clock_timestamp())
    FROM doomed d WHERE m.id = d.id
    RETURNING m.id::text, m.conversation_id::text AS "conversationId", m.seq, m.sender_id::text AS "senderId", m.body, m.version,
      m.sent_at AS "sentAt", m.created_at AS "createdAt", m.edited_at AS "editedAt", m.deleted_at AS "deletedAt"`;
  return erased.sort((a, b) => a.seq - b.seq);
}
