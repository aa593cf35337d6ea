import { canary } from '../canary-participants.ts';
import type { Db } from '../db.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { SurveyQuestionKind } from '../generated/prisma/enums.ts';

/** Of the answers: those first given from `from` until before `to`. */
export type AnswerFilter = {
  readonly from: Date;
  readonly to: Date;
  readonly agentId: string | undefined;
  readonly queue: string | undefined;
  readonly topic: string | undefined;
};

/**
 * Always the same words: a prepared statement's name stands for one text. Where none is asked for, the conditions are gone
 * from the plan, and with them what is LEFT JOINed for them only.
 */
const ofConversation = ({ agentId, queue, topic }: AnswerFilter) => Prisma.sql`
  AND (${agentId ?? null}::uuid IS NULL OR c.assignee_id = ${agentId ?? null}::uuid)
  AND (${queue ?? null}::text IS NULL OR c.queue = ${queue ?? null}::text)
  AND (${topic ?? null}::text IS NULL OR c.topic = ${topic ?? null}::text)`;

export type RatingCount = { readonly rating: number; readonly nps: number | null; readonly n: number };

/**
 * Ratings by the part of the range in which they were first given; parts are numbered from 1, `starts` says where each begins.
 * Numbers, because texts would be read as times anew for each row. Raw, like all of these, for a grouping that Prisma has no
 * words for.
 */
export function countRatings(
  db: Db,
  filter: AnswerFilter,
  starts: readonly Date[],
): Promise<(RatingCount & { readonly part: number })[]> {
  return db.$queryRaw`/* satisfaction_ratings */
    SELECT width_bucket(extract(epoch FROM s.submitted_at)::float8, ${starts.map((at) => at.getTime() / 1_000)}::float8[]) AS part,
      s.rating::int, s.nps::int, count(*)::int AS n
    FROM survey s LEFT JOIN conversation c ON c.id = s.conversation_id
    WHERE s.submitted_at >= ${filter.from}::timestamptz AND s.submitted_at < ${filter.to}::timestamptz ${ofConversation(filter)}
    GROUP BY 1, 2, 3`;
}

export type GroupCount = RatingCount & {
  /** Before `since`. */
  readonly isEarlier: boolean;
  readonly by: 'agent' | 'queue' | 'topic';
  readonly agentId: string | null;
  readonly queue: string | null;
  readonly topic: string | null;
};

/** Ratings by agent, once more by queue, and once more by topic; those before `since` apart. */
export function countGroups(db: Db, filter: AnswerFilter, since: Date): Promise<GroupCount[]> {
  return db.$queryRaw`/* satisfaction_groups */
    WITH counted AS (
      SELECT s.submitted_at < ${since}::timestamptz AS earlier, c.assignee_id, c.queue, c.topic, s.rating, s.nps, count(*) AS n
      FROM survey s JOIN conversation c ON c.id = s.conversation_id
      WHERE s.submitted_at >= ${filter.from}::timestamptz AND s.submitted_at < ${filter.to}::timestamptz ${ofConversation(filter)}
      GROUP BY 1, 2, 3, 4, 5, 6
    )
    SELECT earlier AS "isEarlier", CASE 0 WHEN grouping(assignee_id) THEN 'agent' WHEN grouping(queue) THEN 'queue' ELSE 'topic' END AS by,
      assignee_id::text AS "agentId", queue, topic, rating::int, nps::int, sum(n)::int AS n
    FROM counted GROUP BY GROUPING SETS (
      (earlier, assignee_id, rating, nps), (earlier, queue, rating, nps), (earlier, topic, rating, nps)
    )`;
}

/** Of conversations with a customer that were closed in the range. The canary's are nobody's. */
export async function countResponses(db: Db, filter: AnswerFilter): Promise<{ asked: number; answered: number }> {
  const [counts] = await db.$queryRaw<[{ asked: number; answered: number }]>`/* satisfaction_responses */
    SELECT count(*)::int AS asked, count(s.id)::int AS answered
    FROM conversation c JOIN participant p ON p.id = c.starter_id LEFT JOIN survey s ON s.conversation_id = c.id
    WHERE c.closed_at >= ${filter.from}::timestamptz AND c.closed_at < ${filter.to}::timestamptz AND c.notes_of_id IS NULL
      AND c.starter_id <> ${canary.customer.id}::uuid AND (p.role = 'CUSTOMER' OR EXISTS (
        SELECT 1 FROM member m JOIN participant x ON x.id = m.participant_id
        WHERE m.conversation_id = c.id AND x.role = 'CUSTOMER'
      )) ${ofConversation(filter)}`;
  return counts;
}

export type QuestionCount = {
  readonly id: string;
  readonly text: string;
  readonly kind: SurveyQuestionKind;
  /** Null of answers in words. */
  readonly value: number | null;
  readonly n: number;
};

/** In the order in which they are asked, or were. */
export function countAnswers(db: Db, filter: AnswerFilter): Promise<QuestionCount[]> {
  return db.$queryRaw`/* satisfaction_answers */
    SELECT q.id::text, q.text, q.kind::text, a.value::int, count(*)::int AS n
    FROM survey s LEFT JOIN conversation c ON c.id = s.conversation_id
      JOIN survey_answer a ON a.survey_id = s.id JOIN survey_question q ON q.id = a.question_id
    WHERE s.submitted_at >= ${filter.from}::timestamptz AND s.submitted_at < ${filter.to}::timestamptz ${ofConversation(filter)}
    GROUP BY q.id, a.value ORDER BY q.retired_at NULLS FIRST, q.position, q.id, a.value`;
}

/** The newest message of each: its id, by the conversation's. */
export async function readLastMessages(db: Db, conversationIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.$queryRaw<{ conversationId: string; id: string }[]>`/* satisfaction_last_messages */
    SELECT c.id::text AS "conversationId", m.id::text FROM unnest(${conversationIds}::text[]::uuid[]) AS c(id)
      CROSS JOIN LATERAL (SELECT id FROM message WHERE conversation_id = c.id ORDER BY seq DESC LIMIT 1) m`;
  return new Map(rows.map(({ conversationId, id }) => [conversationId, id]));
}
