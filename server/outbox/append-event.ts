import { type Db, inTx, type Tx } from '../db.ts';
import type { ConversationChange, EventKind } from '../generated/prisma/enums.ts';
import type { Message } from '../messages/message.ts';
import { currentTraceparent } from '../telemetry/message-trace.ts';
import type { DurableEvent } from './durable-event.ts';

/**
 * The path of a message: send-message → [append-event] → relay-outbox → bus → follow-conversation → acknowledge.
 *
 * Writes durable events with their outbox rows, in one transaction that holds the conversation's row lock. Posted messages
 * take the same step inside send_messages(), in SQL; this is for everything else. A crash here leaves nothing behind:
 * event, seq and outbox row commit together or not at all; a crash after the commit leaves the rows to the sweep.
 */
export type NewEvent = {
  readonly kind: EventKind;
  readonly actorId: string;
  readonly participantId?: string;
  readonly change?: ConversationChange;
  /** Who the participant was here until now, of one that was identified. */
  readonly formerId?: string;
  readonly message?: Message;
  /** Participants whose inboxes may not be following this conversation yet, and should look at it now. */
  readonly inboxes?: readonly string[];
};

/** An event with the outbox row that stands for it until it is published. */
export type OutboxEntry = {
  readonly outboxId: bigint;
  readonly event: DurableEvent;
  readonly inboxes?: readonly string[];
};

/** In the order given, as one step. */
export type Append = (...events: NewEvent[]) => Promise<void>;

/**
 * Lock, look, append, commit, hand over. `work` runs with the lock held and must do its own looking, authorisation
 * included: what it reads there is newer than the lock. The lock, kept until commit, makes commit order equal seq order.
 */
export async function changeConversation<T>(
  { db, relay }: { db: Db; relay: { handOver(entries: readonly OutboxEntry[]): void } },
  conversationId: string,
  work: (tx: Tx, append: Append) => Promise<T>,
): Promise<T> {
  const entries: OutboxEntry[] = [];
  const result = await inTx(db, async (tx) => {
    // Raw, because Prisma has no row locks.
    await tx.$queryRaw`/* lock_conversation */ SELECT 1 FROM conversation WHERE id = ${conversationId}::uuid FOR NO KEY UPDATE`;
    return work(tx, async (...events) => {
      if (events.length > 0) entries.push(...(await appendEvents(tx, conversationId, events)));
    });
  });
  if (entries.length > 0) relay.handOver(entries);
  return result;
}

/** Raw, to be one round trip while the lock is held, with the time taken by the database's clock after the lock. */
async function appendEvents(tx: Tx, conversationId: string, events: readonly NewEvent[]): Promise<OutboxEntry[]> {
  const traceparent = currentTraceparent();
  const rows = await tx.$queryRaw<{ seq: number; at: Date; outboxId: bigint }[]>`/* append_event */
    WITH moment AS MATERIALIZED (
      SELECT date_trunc('milliseconds', clock_timestamp()) AS at
    ), input AS (
      SELECT * FROM unnest(
        ${events.map(({ kind }) => kind)}::text[], ${events.map(({ actorId }) => actorId)}::uuid[],
        ${events.map(({ message }) => message?.id ?? null)}::text[]::uuid[],
        ${events.map(({ participantId }) => participantId ?? null)}::text[]::uuid[],
        ${events.map(({ formerId }) => formerId ?? null)}::text[]::uuid[],
        ${events.map(({ change }) => change ?? null)}::text[]::"ConversationChange"[]
      ) WITH ORDINALITY AS i(kind, actor_id, message_id, participant_id, former_id, change, n)
    ), advanced AS (
      UPDATE conversation SET head_seq = head_seq + ${events.length}::int WHERE id = ${conversationId}::uuid
      RETURNING head_seq - ${events.length}::int AS base
    ), active AS (
      UPDATE conversation_activity y SET at = greatest(y.at, m.at) FROM moment m WHERE y.conversation_id = ${conversationId}::uuid
    ), logged AS (
      INSERT INTO conversation_event (conversation_id, seq, kind, at, actor_id, message_id, participant_id, former_id, change, traceparent)
      SELECT ${conversationId}::uuid, a.base + i.n, i.kind::"EventKind", m.at, i.actor_id, i.message_id, i.participant_id,
        i.former_id, i.change, ${traceparent}::text
      FROM input i, advanced a, moment m RETURNING seq, at
    ), queued AS (
      INSERT INTO outbox (conversation_id, seq, traceparent)
      SELECT ${conversationId}::uuid, a.base + i.n, ${traceparent}::text FROM input i, advanced a RETURNING id, seq
    )
    SELECT l.seq, l.at, q.id AS "outboxId" FROM logged l JOIN queued q ON q.seq = l.seq ORDER BY l.seq`;
  return rows.map(({ seq, at, outboxId }, i) => {
    const { kind, actorId, participantId = null, formerId = null, change = null, message = null, inboxes } = events[i]!;
    return {
      outboxId,
      inboxes,
      event: { kind, conversationId, seq, at, actorId, participantId, formerId, change, message, traceparent },
    };
  });
}
