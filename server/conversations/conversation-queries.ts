import { canary } from '../canary-participants.ts';
import type { Db, Tx } from '../db.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { ConversationStatus } from '../generated/prisma/enums.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import type { Conversation } from './conversation.ts';

/**
 * Raw, because it stands before nearly everything: one statement and one snapshot, where Prisma reads conversation and
 * membership one after the other.
 */
export async function readAccess(
  db: Db | Tx,
  viewerId: string,
  id: string,
): Promise<(Conversation & { readonly isMember: boolean }) | undefined> {
  const [row] = await db.$queryRaw<(Conversation & { isMember: boolean })[]>`/* access_conversation */
    SELECT c.id::text, c.subject, c.topic, c.status::text, c.priority::text, c.head_seq AS "headSeq",
      c.assignee_id::text AS "assigneeId", c.created_at AS "createdAt", c.closed_at AS "closedAt",
      c.notes_of_id::text AS "notesOfId", m.participant_id IS NOT NULL AS "isMember"
    FROM conversation c
      LEFT JOIN member m ON m.conversation_id = c.id AND m.participant_id = ${viewerId}::uuid AND m.left_at IS NULL
    WHERE c.id = ${id}::uuid`;
  return row;
}

/**
 * Raw, for a lock that send_messages() shares: a message that is being sent under this id is waited for, and one sent from
 * now on will see what is made of the id here.
 */
export async function reserveId(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`/* reserve_id */ SELECT pg_advisory_xact_lock(uuid_hash_extended(${id}::uuid, 0))`;
}

export async function presentMembers(db: Db | Tx, conversationId: string): Promise<string[]> {
  const members = await db.member.findMany({
    where: { conversationId, leftAt: null },
    select: { participantId: true },
  });
  return members.map(({ participantId }) => participantId);
}

export type ConversationFilter = {
  readonly status: readonly ConversationStatus[];
  readonly assigneeId: string | undefined;
  readonly mine: boolean;
};
/** A place in the list: by newest activity, then id. */
export type ListPosition = { readonly at: Date; readonly id: string };
export type ListedConversation = Conversation & { readonly activityAt: Date };

/**
 * Raw, because the order and the keyset come from the activity table and Prisma cannot compare a pair of columns. One more
 * row than asked for tells whether there is more. A viewer's own are looked up first: walking all activity until a page of
 * them is found would read the whole table for a customer with two.
 */
export function listConversations(
  db: Db,
  viewer: Viewer,
  { status, assigneeId, mine }: ConversationFilter,
  { limit, after }: { limit: number; after: ListPosition | undefined },
): Promise<ListedConversation[]> {
  const whose =
    mine || !isStaff(viewer)
      ? Prisma.sql`c.id IN (SELECT conversation_id FROM mine)`
      : Prisma.sql`c.starter_id <> ${canary.customer.id}::uuid`;
  const conditions = [Prisma.sql`c.notes_of_id IS NULL`, whose];
  if (status.length > 0) conditions.push(Prisma.sql`c.status = ANY (${status}::text[]::"ConversationStatus"[])`);
  if (assigneeId !== undefined) conditions.push(Prisma.sql`c.assignee_id = ${assigneeId}::uuid`);
  if (after) conditions.push(Prisma.sql`(a.at, a.conversation_id) < (${after.at}, ${after.id}::uuid)`);
  return db.$queryRaw<ListedConversation[]>`/* list_conversations: one shape per filter */
    WITH mine AS MATERIALIZED (
      SELECT conversation_id FROM member WHERE participant_id = ${viewer.id}::uuid AND left_at IS NULL
    )
    SELECT c.id::text, c.subject, c.topic, c.status::text, c.priority::text, c.head_seq AS "headSeq", c.assignee_id::text AS "assigneeId",
      c.created_at AS "createdAt", c.closed_at AS "closedAt", c.notes_of_id::text AS "notesOfId", a.at AS "activityAt"
    FROM conversation_activity a JOIN conversation c ON c.id = a.conversation_id
    WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY a.at DESC, a.conversation_id DESC LIMIT ${limit}::int`;
}

/** Raw, for one count per conversation in one statement. */
export async function countUnread(
  db: Db,
  viewerId: string,
  conversationIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await db.$queryRaw<{ id: string; unread: number }[]>`/* count_unread */
    SELECT m.conversation_id::text AS id, n.unread::int
    FROM member m CROSS JOIN LATERAL (
      SELECT count(*) AS unread FROM message x
      WHERE x.conversation_id = m.conversation_id AND x.seq > m.read_seq AND x.sender_id <> m.participant_id AND x.deleted_at IS NULL
    ) n
    WHERE m.participant_id = ${viewerId}::uuid AND m.left_at IS NULL AND m.conversation_id = ANY (${conversationIds}::uuid[])`;
  return new Map(rows.map(({ id, unread }) => [id, unread]));
}

export type Conduct = {
  readonly createdAt: Date;
  readonly byCustomer: boolean;
  readonly messages: number;
  /** Messages of agents and managers. */
  readonly answers: number;
  readonly firstAnswerAt: Date | null;
};

/** What was written in a conversation so far, deleted messages included. Raw, for its counts from one snapshot. */
export async function readConduct(db: Db, id: string): Promise<Conduct> {
  const [row] = await db.$queryRaw<[Conduct]>`/* conversation_conduct */
    SELECT c.created_at AS "createdAt", s.role = 'CUSTOMER' AS "byCustomer", m.messages, m.answers, m.first AS "firstAnswerAt"
    FROM conversation c JOIN participant s ON s.id = c.starter_id CROSS JOIN LATERAL (
      SELECT count(*)::int AS messages, (count(*) FILTER (WHERE p.role <> 'CUSTOMER'))::int AS answers,
        min(x.created_at) FILTER (WHERE p.role <> 'CUSTOMER') AS first
      FROM message x JOIN participant p ON p.id = x.sender_id WHERE x.conversation_id = c.id
    ) m WHERE c.id = ${id}::uuid`;
  return row;
}
