import { canary } from '../canary-participants.ts';
import type { Db, Tx } from '../db.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { ConversationStatus, Priority } from '../generated/prisma/enums.ts';
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
    SELECT c.id::text, c.subject, c.topic, c.queue, c.status::text, c.priority::text, c.head_seq AS "headSeq",
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
  readonly priority: readonly Priority[];
  readonly topic: string | null;
  readonly queue: string | null;
  readonly participantId: string | undefined;
  /** Newest activity from then on, and before. */
  readonly since: Date | undefined;
  readonly until: Date | undefined;
  readonly search: string | null;
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
  { status, assigneeId, mine, priority, topic, queue, participantId, since, until, search }: ConversationFilter,
  { limit, after }: { limit: number; after: ListPosition | undefined },
): Promise<ListedConversation[]> {
  const whose =
    mine || !isStaff(viewer)
      ? Prisma.sql`c.id IN (SELECT conversation_id FROM mine)`
      : Prisma.sql`c.starter_id <> ${canary.customer.id}::uuid`;
  const conditions = [Prisma.sql`c.notes_of_id IS NULL`, whose];
  if (status.length > 0) conditions.push(Prisma.sql`c.status = ANY (${status}::text[]::"ConversationStatus"[])`);
  if (assigneeId !== undefined) conditions.push(Prisma.sql`c.assignee_id = ${assigneeId}::uuid`);
  if (priority.length > 0) conditions.push(Prisma.sql`c.priority = ANY (${priority}::text[]::"Priority"[])`);
  if (topic !== null) conditions.push(Prisma.sql`c.topic = ${topic}`);
  if (queue !== null) conditions.push(Prisma.sql`c.queue = ${queue}`);
  if (participantId !== undefined)
    conditions.push(
      Prisma.sql`c.id IN (SELECT conversation_id FROM member WHERE participant_id = ${participantId}::uuid)`,
    );
  if (since) conditions.push(Prisma.sql`a.at >= ${since}`);
  if (until) conditions.push(Prisma.sql`a.at < ${until}`);
  if (search !== null) conditions.push(Prisma.sql`c.id IN (${found(search)})`);
  if (after) conditions.push(Prisma.sql`(a.at, a.conversation_id) < (${after.at}, ${after.id}::uuid)`);
  return db.$queryRaw<ListedConversation[]>`/* list_conversations: one shape per filter */
    WITH mine AS MATERIALIZED (
      SELECT conversation_id FROM member WHERE participant_id = ${viewer.id}::uuid AND left_at IS NULL
    )
    SELECT c.id::text, c.subject, c.topic, c.queue, c.status::text, c.priority::text, c.head_seq AS "headSeq", c.assignee_id::text AS "assigneeId",
      c.created_at AS "createdAt", c.closed_at AS "closedAt", c.notes_of_id::text AS "notesOfId", a.at AS "activityAt"
    FROM conversation_activity a JOIN conversation c ON c.id = a.conversation_id
    WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY a.at DESC, a.conversation_id DESC LIMIT ${limit}::int`;
}

/** Each is looked up by itself. */
const MAX_TERMS = 6;
const UUID = /^\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*$/i;

/**
 * Ids of what a search finds. Every term must be found, each wherever it is: "refund ada" is a conversation on refunds that Ada
 * is in. The words of one term, such as those of an e-mail address, must be found together, which also spares looking up every
 * "com" by itself. The indexes are those of the functions, see the migration.
 */
function found(search: string): Prisma.Sql {
  const [, id] = UUID.exec(search) ?? [];
  if (id !== undefined)
    return Prisma.sql`SELECT ${id}::uuid UNION ALL SELECT conversation_id FROM member WHERE participant_id = ${id}::uuid
      UNION ALL SELECT coalesce(x.notes_of_id, x.id) FROM message m JOIN conversation x ON x.id = m.conversation_id WHERE m.id = ${id}::uuid
      UNION ALL SELECT m.conversation_id FROM participant p JOIN member m ON m.participant_id = p.id WHERE p.external_id = ${id}`;
  return Prisma.sql`
    WITH terms AS MATERIALIZED (
      SELECT words FROM unnest(${search.trim().split(/\s+/).slice(0, MAX_TERMS)}::text[]) AS term CROSS JOIN LATERAL (
        SELECT string_agg(word || ':*', ' & ')::tsquery AS words FROM unnest(search_words(term)) AS word
      ) parsed WHERE words IS NOT NULL
    )
    SELECT hit.id FROM terms CROSS JOIN LATERAL (
      SELECT x.id FROM conversation x WHERE conversation_words(x.subject, x.topic) @@ words
      UNION
      SELECT m.conversation_id FROM participant p JOIN member m ON m.participant_id = p.id
      WHERE participant_words(p.name, p.external_id) @@ words
    ) hit GROUP BY hit.id HAVING count(*) = (SELECT count(*) FROM terms)`;
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
