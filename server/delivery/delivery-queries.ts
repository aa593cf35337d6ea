import type { Db } from '../db.ts';
import { notFound } from '../errors.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { ConversationChange, EventKind } from '../generated/prisma/enums.ts';
import type { Message, Watermarks } from '../messages/message.ts';
import type { DurableEvent } from '../outbox/durable-event.ts';
import type { Sealing } from '../sealing/sealing.ts';

type LogRow = {
  kind: 'MESSAGE_POSTED' | EventKind;
  seq: number;
  at: Date;
  actorId: string | null;
  participantId: string | null;
  formerId: string | null;
  change: ConversationChange | null;
  traceparent: string | null;
  messageId: string | null;
  messageSeq: number;
  senderId: string;
  body: string | null;
  keyId: string | null;
  version: number;
  sentAt: Date | null;
  createdAt: Date;
  editedAt: Date | null;
  deletedAt: Date | null;
};

/** Where the log is read from, and what opens it. */
export type LogSource = { readonly db: Db; readonly sealing: Sealing };

/**
 * The log from just above `afterSeq` up to and including `throughSeq`, which must be committed already: then there is a
 * row for every seq in between. Raw, because the log is the union of two tables and must come from one snapshot.
 */
export async function readLog(
  { db, sealing }: LogSource,
  conversationId: string,
  afterSeq: number,
  throughSeq: number,
): Promise<DurableEvent[]> {
  const rows = await db.$queryRaw<LogRow[]>`/* read_log */
    SELECT 'MESSAGE_POSTED' AS kind, m.seq, m.created_at AS at, m.sender_id::text AS "actorId", NULL::text AS "participantId", NULL::text AS "formerId", NULL::text AS change, m.traceparent,
      m.id::text AS "messageId", m.seq AS "messageSeq", m.sender_id::text AS "senderId", m.body, m.key_id::text AS "keyId", m.version,
      m.sent_at AS "sentAt", m.created_at AS "createdAt", m.edited_at AS "editedAt", m.deleted_at AS "deletedAt"
    FROM message m WHERE m.conversation_id = ${conversationId}::uuid AND m.seq > ${afterSeq}::int AND m.seq <= ${throughSeq}::int
    UNION ALL
    SELECT e.kind::text, e.seq, e.at, e.actor_id::text, e.participant_id::text, e.former_id::text, e.change::text, e.traceparent,
      m.id::text, m.seq, m.sender_id::text, m.body, m.key_id::text, m.version, m.sent_at, m.created_at, m.edited_at, m.deleted_at
    FROM conversation_event e LEFT JOIN message m ON m.id = e.message_id AND m.conversation_id = e.conversation_id
    WHERE e.conversation_id = ${conversationId}::uuid AND e.seq > ${afterSeq}::int AND e.seq <= ${throughSeq}::int
    ORDER BY seq`;
  const opened = await sealing.openAll(
    rows,
    ({ messageId, body }) => ({ place: messageId ?? '', text: body }),
    (row, body) => ({ ...row, body }),
  );
  return opened.map((row) => ({
    kind: row.kind,
    conversationId,
    seq: row.seq,
    at: row.at,
    actorId: row.actorId,
    participantId: row.participantId,
    formerId: row.formerId,
    change: row.change,
    traceparent: row.traceparent,
    message: row.messageId === null ? null : toMessage(row, row.messageId, conversationId),
  }));
}

const toMessage = (row: LogRow, id: string, conversationId: string): Message => ({
  id,
  conversationId,
  seq: row.messageSeq,
  senderId: row.senderId,
  body: row.body,
  version: row.version,
  sentAt: row.sentAt,
  createdAt: row.createdAt,
  editedAt: row.editedAt,
  deletedAt: row.deletedAt,
});

export type FollowState = {
  readonly headSeq: number;
  readonly members: readonly (Watermarks & { participantId: string })[];
};

/** What a follower starts from. Raw, for one statement and one snapshot: an inbox opens hundreds of followers at once. */
export async function readFollowState(db: Db, conversationId: string): Promise<FollowState> {
  const [state] = await db.$queryRaw<FollowState[]>`/* follow_state */
    SELECT c.head_seq AS "headSeq", coalesce((
      SELECT json_agg(
        json_build_object('participantId', m.participant_id, 'deliveredSeq', m.delivered_seq, 'readSeq', m.read_seq)
        ORDER BY m.joined_at)
      FROM member m WHERE m.conversation_id = c.id
    ), '[]') AS members
    FROM conversation c WHERE c.id = ${conversationId}::uuid`;
  if (!state) throw notFound('conversation');
  return state;
}

/** receipts: the sum of all watermarks. They only grow, so any change shows in it, without a counter to keep. */
export type SweptHead = { readonly id: string; readonly headSeq: number; readonly receipts: number };

/** Raw, for one aggregate over many conversations: the head sweep runs every second. */
export function sweepHeads(db: Db, conversationIds: readonly string[]): Promise<SweptHead[]> {
  return db.$queryRaw<SweptHead[]>`/* head_sweep */
    SELECT c.id::text, c.head_seq AS "headSeq", coalesce(m.receipts, 0)::float8 AS receipts
    FROM conversation c
      LEFT JOIN LATERAL (SELECT sum(x.delivered_seq::bigint + x.read_seq) AS receipts FROM member x WHERE x.conversation_id = c.id) m ON true
    WHERE c.id = ANY (${conversationIds}::uuid[])`;
}

export type AcknowledgeRow = {
  readonly conversationId: string;
  readonly participantId: string;
  readonly deliveredSeq: number;
  readonly readSeq: number;
};

export type AcknowledgeAnswer = {
  readonly outcome: 'ok' | 'not found' | 'not a member' | 'above head' | 'locked';
  readonly deliveredSeq: number;
  readonly readSeq: number;
  readonly joinedAt: Date;
  readonly changed: boolean;
  /** From where the watermarks rose. */
  readonly deliveredFrom: number;
  readonly readFrom: number;
  /** Of the newest ten messages by others that are newly delivered or read. */
  readonly deliveredTraces: readonly (string | null)[] | null;
  readonly readTraces: readonly (string | null)[] | null;
  /** How old those newly delivered are, in ms by the database's clock: since the commit, and since their sender's attempt. */
  readonly deliveredAges: readonly number[] | null;
  readonly deliveredSentAges: readonly (number | null)[] | null;
  /** How many there are; counted up to a thousand. */
  readonly deliveredCount: number | null;
  readonly readCount: number | null;
};

/** The hot statement: see the migrations acknowledge, urgent_rows_and_locked_sends, journey_moments. Answers and waits as sendMessages. */
export function acknowledgeMessages(
  db: Db,
  rows: readonly AcknowledgeRow[],
  lockWaitMs: number | null,
): Promise<AcknowledgeAnswer[]> {
  return db.$queryRaw<AcknowledgeAnswer[]>`/* acknowledge_messages */
    SELECT outcome, delivered_seq AS "deliveredSeq", read_seq AS "readSeq", joined_at AS "joinedAt", changed,
      delivered_from AS "deliveredFrom", read_from AS "readFrom", delivered_traces AS "deliveredTraces", read_traces AS "readTraces",
      delivered_ages AS "deliveredAges", delivered_sent_ages AS "deliveredSentAges", delivered_count AS "deliveredCount", read_count AS "readCount"
    FROM acknowledge_messages(
      ${rows.map((r) => r.conversationId)}::uuid[], ${rows.map((r) => r.participantId)}::uuid[],
      ${rows.map((r) => r.deliveredSeq)}::int[], ${rows.map((r) => r.readSeq)}::int[], ${lockWaitMs}::int
    )`;
}

export type InboxRow = {
  readonly conversationId: string;
  readonly deliveredSeq: number;
  readonly headSeq: number;
  readonly closed: boolean;
  /** Of internal notes: what they are about; they count as closed when that is. */
  readonly notesOfId: string | null;
  /** For how long, in ms by the database's clock; null while it is not. */
  readonly closedForMs: number | null;
  /** 0 urgent, 1 unread, 2 neither. */
  readonly rank: number;
};

const inboxFields = Prisma.sql`c.id::text AS "conversationId", m.delivered_seq AS "deliveredSeq", c.head_seq AS "headSeq",
  c.notes_of_id::text AS "notesOfId", coalesce(o.status, c.status) = 'CLOSED' AS closed,
  extract(epoch FROM now() - coalesce(o.closed_at, c.closed_at))::float8 * 1000 AS "closedForMs",
  CASE WHEN coalesce(o.priority, c.priority) = 'URGENT' THEN 0 WHEN c.head_seq > m.read_seq THEN 1 ELSE 2 END AS rank`;

/** Notes are nobody's who is a customer by now. */
const inboxTables = Prisma.sql`member m JOIN conversation c ON c.id = m.conversation_id
    LEFT JOIN conversation o ON o.id = c.notes_of_id`;
const isTheirs = Prisma.sql`m.left_at IS NULL
  AND (c.notes_of_id IS NULL OR (SELECT p.role FROM participant p WHERE p.id = m.participant_id) <> 'CUSTOMER')`;

/** Raw for its order: by rank, then priority, then newest activity. The whole list, but only ids and numbers. */
export function readInbox(db: Db, participantId: string): Promise<InboxRow[]> {
  return db.$queryRaw<InboxRow[]>`/* read_inbox */
    SELECT ${inboxFields}
    FROM ${inboxTables}
      JOIN conversation_activity a ON a.conversation_id = c.id
    WHERE m.participant_id = ${participantId}::uuid AND ${isTheirs}
    ORDER BY rank, c.priority DESC, a.at DESC, c.id`;
}

/** Raw, to say the same of some of them. */
export function readInboxOf(db: Db, participantId: string, conversationIds: readonly string[]): Promise<InboxRow[]> {
  return db.$queryRaw<InboxRow[]>`/* read_inbox_of */
    SELECT ${inboxFields}
    FROM ${inboxTables}
    WHERE m.conversation_id = ANY (${conversationIds}::uuid[]) AND m.participant_id = ${participantId}::uuid AND ${isTheirs}
    ORDER BY rank, c.priority DESC, c.id`;
}

/** Raw, for the join and the database's clock: conversations with activity lately in which one of these participants is a member. */
export function readActive(db: Db, participantIds: readonly string[], withinMs: number) {
  return db.$queryRaw<{ conversationId: string; participantId: string }[]>`/* inbox_sweep */
    SELECT a.conversation_id::text AS "conversationId", m.participant_id::text AS "participantId"
    FROM conversation_activity a JOIN member m ON m.conversation_id = a.conversation_id
    WHERE a.at > now() - ${withinMs}::int * interval '1 millisecond' AND m.left_at IS NULL AND m.participant_id = ANY (${participantIds}::uuid[])`;
}
