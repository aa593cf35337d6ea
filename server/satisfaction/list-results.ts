import type { Config } from '../config.ts';
import { badCursor, type Connection, checkPageSize, DEFAULT_PAGE, decodeCursor, encodeCursor } from '../connection.ts';
import type { Db } from '../db.ts';
import { checkId } from '../input.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { openSurveys, type Survey, surveyFields } from '../surveys/survey.ts';
import { type AnswerFilter, readLastMessages } from './satisfaction-queries.ts';

/** An answer, with what leads to why it was given. */
export type SurveyResult = {
  readonly survey: Survey;
  readonly changedAt: Date;
  readonly subject: string | null;
  readonly queue: string | null;
  readonly topic: string | null;
  readonly agentId: string | null;
  readonly customerId: string;
  readonly lastMessageId: string | null;
};
export type ResultFilter = {
  readonly ratings: readonly number[];
  readonly commented: boolean;
  /** Words, folded. */
  readonly search: readonly string[];
};
type Position = { readonly submittedAt: Date; readonly id: string };
type Parts = { db: Db; sealing: Sealing; config: Pick<Config, 'SURVEY_SEARCH_MAX'> };

/** Answers opened at once while looking for words. */
const SEARCHED = 500;

/**
 * Newest first. Words are looked for here and not in the database, because they may be sealed there: answers are opened page
 * by page, and at most so many for one request; the next one goes on where this has ended (docs/decisions/0023).
 */
export async function pageOfResults(
  parts: Parts,
  filter: AnswerFilter,
  only: ResultFilter,
  page: { first: number | null | undefined; after: string | null | undefined },
): Promise<Connection<SurveyResult>> {
  const size = checkPageSize('first', page.first ?? DEFAULT_PAGE);
  const isSearch = only.search.length > 0;
  const found: Row[] = [];
  let position = typeof page.after === 'string' ? toPosition(page.after) : undefined;
  let looked = 0;
  let hasMore = true;
  while (hasMore && found.length <= size && (looked === 0 || looked < parts.config.SURVEY_SEARCH_MAX)) {
    const limit = isSearch ? Math.min(SEARCHED, parts.config.SURVEY_SEARCH_MAX - looked) : size + 1;
    const rows = await readRows(parts, filter, only, position, limit);
    found.push(...rows.filter((row) => hasWords(row, only.search)));
    looked += limit;
    hasMore = rows.length === limit;
    position = rows.at(-1) ?? position;
  }
  const shown = found.slice(0, size);
  const edges = (await withMessages(parts.db, shown)).map((node, i) => ({ cursor: toCursor(shown[i]!), node }));
  const isCut = found.length > size;
  // Of a search that was not at its end, where the next one goes on.
  const end = isCut || !position || !hasMore ? edges.at(-1)?.cursor : toCursor(position);
  return {
    edges,
    pageInfo: {
      hasNextPage: isCut || (isSearch && hasMore),
      hasPreviousPage: Boolean(page.after),
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: end ?? null,
    },
  };
}

/** For the live list. */
export async function newestResults(
  { db, sealing }: Pick<Parts, 'db' | 'sealing'>,
  n: number,
): Promise<SurveyResult[]> {
  return withMessages(db, await readRows({ db, sealing }, undefined, undefined, undefined, n));
}

type Row = Awaited<ReturnType<typeof readRows>>[number];

async function readRows(
  { db, sealing }: Pick<Parts, 'db' | 'sealing'>,
  filter: AnswerFilter | undefined,
  only: ResultFilter | undefined,
  after: Position | undefined,
  take: number,
) {
  const rows = await db.survey.findMany({
    where: {
      AND: [
        filter ? { submittedAt: { gte: filter.from, lt: filter.to } } : {},
        filter ? { conversation: { assigneeId: filter.agentId, queue: filter.queue, topic: filter.topic } } : {},
        only?.ratings.length ? { rating: { in: [...only.ratings] } } : {},
        only?.commented ? { comment: { not: null } } : {},
        only?.search.length ? { OR: [{ comment: { not: null } }, { answers: { some: { text: { not: null } } } }] } : {},
        after
          ? {
              OR: [
                { submittedAt: { lt: after.submittedAt } },
                { submittedAt: after.submittedAt, id: { lt: after.id } },
              ],
            }
          : {},
      ],
    },
    select: {
      ...surveyFields,
      participantId: true,
      changedAt: true,
      conversation: { select: { subject: true, queue: true, topic: true, assigneeId: true } },
    },
    orderBy: [{ submittedAt: 'desc' }, { id: 'desc' }],
    take,
  });
  return openSurveys(sealing, rows);
}

async function withMessages(db: Db, rows: readonly Row[]): Promise<SurveyResult[]> {
  const messages =
    rows.length > 0
      ? await readLastMessages(
          db,
          rows.map(({ conversationId }) => conversationId),
        )
      : new Map();
  return rows.map(({ participantId, changedAt, conversation: { subject, queue, topic, assigneeId }, ...survey }) => ({
    survey,
    changedAt,
    subject,
    queue,
    topic,
    agentId: assigneeId,
    customerId: participantId,
    lastMessageId: messages.get(survey.conversationId) ?? null,
  }));
}

/** As people search: capitals and accents do not matter. */
export const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

function hasWords({ comment, answers }: Row, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const texts = fold([comment, ...answers.map(({ text }) => text)].filter((text) => text !== null).join('\n'));
  return words.every((word) => texts.includes(word));
}

const CURSOR = 'survey';
/** What PostgreSQL and Date write alike. */
const LATEST_MS = Date.UTC(9999, 11, 31);

const toCursor = ({ submittedAt, id }: Position) => encodeCursor(CURSOR, submittedAt.getTime(), id);

function toPosition(cursor: string): Position {
  const [time, id] = decodeCursor('after', CURSOR, cursor);
  const ms = Number(time);
  if (!id || !Number.isInteger(ms) || ms < 0 || ms > LATEST_MS) throw badCursor('after');
  return { submittedAt: new Date(ms), id: checkId('after', id) };
}
