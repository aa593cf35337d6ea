import {
  badCursor,
  type Connection,
  checkPageSize,
  DEFAULT_PAGE,
  decodeCursor,
  encodeCursor,
  toConnection,
} from '../connection.ts';
import type { Db } from '../db.ts';
import { forbidden } from '../errors.ts';
import { checkId } from '../input.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import {
  type ConversationFilter,
  type ListedConversation,
  type ListPosition,
  listConversations,
} from './conversation-queries.ts';

/** Newest activity first; a conversation that becomes active while somebody pages moves to the front, as in any inbox. */
export async function pageOfConversations(
  { db }: { db: Db },
  viewer: Viewer,
  filter: ConversationFilter,
  { first, after }: { first: number | null | undefined; after: string | null | undefined },
): Promise<Connection<ListedConversation>> {
  const size = checkPageSize('first', first ?? DEFAULT_PAGE);
  // Both tell of people: whether somebody has this external id, or was where the viewer is not.
  if (!isStaff(viewer) && (filter.search !== null || filter.participantId !== undefined))
    throw forbidden('Searching, and listing by participant, are for agents and managers.');
  const rows = await listConversations(db, viewer, filter, {
    limit: size + 1,
    after: typeof after === 'string' ? toPosition(after) : undefined,
  });
  return toConnection(rows.slice(0, size), toCursor, {
    hasNextPage: rows.length > size,
    hasPreviousPage: Boolean(after),
  });
}

const CURSOR = 'conversation';
/** What PostgreSQL and Date write alike. */
const LATEST_MS = Date.UTC(9999, 11, 31);

const toCursor = ({ activityAt, id }: ListedConversation) => encodeCursor(CURSOR, activityAt.getTime(), id);

function toPosition(cursor: string): ListPosition {
  const [time, id] = decodeCursor('after', CURSOR, cursor);
  const ms = Number(time);
  if (!id || !Number.isInteger(ms) || ms < 0 || ms > LATEST_MS) throw badCursor('after');
  return { at: new Date(ms), id: checkId('after', id) };
}
