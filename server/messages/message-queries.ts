import type { Db } from '../db.ts';
import { type Message, messageFields } from './message.ts';

export type SendRow = {
  readonly id: string;
  readonly conversationId: string;
  readonly senderId: string;
  readonly body: string;
  readonly fingerprint: Uint8Array;
  readonly sentAt: Date | null;
  readonly traceparent: string | null;
};

export type SendAnswer = {
  readonly outcome: 'stored' | 'duplicate' | 'conflict' | 'not found' | 'not a member' | 'closed' | 'locked';
  readonly seq: number | null;
  readonly createdAt: Date | null;
  readonly outboxId: bigint | null;
};

/**
 * The hot statement: see the migrations send_messages and urgent_rows_and_locked_sends. Answers in the order of the rows.
 *
 * @param lockWaitMs Per lock; null: as long as the session allows. 0: what is locked is answered with "locked".
 */
export function sendMessages(db: Db, rows: readonly SendRow[], lockWaitMs: number | null): Promise<SendAnswer[]> {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return db.$queryRaw<SendAnswer[]>`/* send_messages */
    SELECT outcome, seq, created_at AS "createdAt", outbox_id AS "outboxId"
    FROM send_messages(
      ${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => r.conversationId)}::uuid[], ${rows.map((r) => r.senderId)}::uuid[],
      ${rows.map((r) => r.body)}::text[], ${rows.map((r) => `\\x${hex(r.fingerprint)}`)}::text[]::bytea[],
      ${rows.map((r) => r.sentAt?.toISOString() ?? null)}::text[]::timestamptz[], ${rows.map((r) => r.traceparent)}::text[],
      ${lockWaitMs}::int
    )`;
}

export function readMessage(db: Db, id: string): Promise<Message> {
  return db.message.findUniqueOrThrow({ where: { id }, select: messageFields });
}
