import type { Connection } from './connection.ts';
import { type ConversationState, foldSnapshot, UNKNOWN_CURSOR } from './fold.ts';
import { conversationQuery, earlierMessagesQuery, positionQuery } from './operations.ts';
import { request } from './request.ts';
import type { Survey, WirePage, WireSnapshot } from './types.ts';

/** Messages loaded when a conversation opens, and by each loadEarlier(). */
const PAGE = 50;
/** The largest page there is, for looking up a place. */
const WIDE_PAGE = 100;
/** A cached conversation that is further behind, in events, is opened anew: reading them all would take longer than it helps. */
const RESUME_MAX = 1_000;

/**
 * The state to follow from. What is cached is resumed from, with what no event tells (the survey) asked for; unless it is
 * somebody else's, too far behind, or ahead of a server whose database was set back.
 */
export async function loadConversation(
  connection: Connection,
  id: string,
  cached: ConversationState | null,
): Promise<ConversationState> {
  const ask = <T>(document: string, variables: object) =>
    request<T>(connection, document, () => variables, { patient: true });
  if (cached) {
    const { viewer, conversation } = await ask<{
      viewer: { id: string };
      conversation: { headSeq: number; survey: Survey | null };
    }>(positionQuery, { id });
    const behind = conversation.headSeq - cached.headSeq;
    const fits = viewer.id === cached.viewer.id && behind >= 0 && behind <= RESUME_MAX;
    if (fits) return { ...cached, survey: conversation.survey };
  }
  return foldSnapshot(await ask<WireSnapshot>(conversationQuery, { id, last: PAGE }));
}

/** The page before the oldest message that is here; null when there is none, or when another call was faster. */
export async function loadPageBefore(
  connection: Connection,
  id: string,
  current: () => ConversationState | null,
): Promise<WirePage | null> {
  const cursor = current()?.earlierCursor;
  if (!cursor) return null;
  // Where the cache has cut off what was loaded, the place is found by going back from the newest.
  const known = cursor !== UNKNOWN_CURSOR;
  let before = known ? cursor : null;
  for (;;) {
    const variables = { id, last: known ? PAGE : WIDE_PAGE, before };
    const { conversation } = await request<{ conversation: { messages: WirePage } }>(
      connection,
      earlierMessagesQuery,
      () => variables,
    );
    const page = conversation.messages;
    const { earlierCursor, fromSeq = 0 } = current() ?? {};
    if (earlierCursor !== cursor) return null;
    if (!page.pageInfo.hasPreviousPage || page.edges.some(({ node }) => node.seq < fromSeq)) return page;
    before = page.pageInfo.startCursor;
  }
}
