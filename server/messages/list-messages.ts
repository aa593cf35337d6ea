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
import { badInput } from '../errors.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { type Message, messageFields, openMessages } from './message.ts';

export type MessagePage = {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
};

/**
 * A page of the messages of a conversation that the caller has been let into, by seq. Without first or last: the newest.
 * One row more than asked for tells whether there is more in that direction.
 */
export async function pageOfMessages(
  { db, sealing }: { db: Db; sealing: Sealing },
  conversationId: string,
  page: MessagePage,
): Promise<Connection<Message>> {
  const { first, last } = page;
  if (typeof first === 'number' && typeof last === 'number') throw badInput('last', 'cannot be combined with first.');
  const after = typeof page.after === 'string' ? toSeq('after', page.after) : undefined;
  const before = typeof page.before === 'string' ? toSeq('before', page.before) : undefined;
  const forwards = typeof first === 'number';
  const size = forwards ? checkPageSize('first', first) : checkPageSize('last', last ?? DEFAULT_PAGE);
  const rows = await db.message.findMany({
    where: { conversationId, seq: { gt: after, lt: before } },
    orderBy: { seq: forwards ? 'asc' : 'desc' },
    take: size + 1,
    select: messageFields,
  });
  const hasMore = rows.length > size;
  const nodes = await openMessages(sealing, rows.slice(0, size));
  if (!forwards) nodes.reverse();
  return toConnection(nodes, toCursor, {
    hasNextPage: forwards ? hasMore : before !== undefined,
    hasPreviousPage: forwards ? after !== undefined : hasMore,
  });
}

const CURSOR = 'message';
/** PostgreSQL's int. */
const MAX_SEQ = 2 ** 31 - 1;

const toCursor = ({ seq }: Message) => encodeCursor(CURSOR, seq);

function toSeq(field: 'after' | 'before', cursor: string): number {
  const seq = Number(decodeCursor(field, CURSOR, cursor)[0]);
  if (!Number.isInteger(seq) || seq < 0 || seq > MAX_SEQ) throw badCursor(field);
  return seq;
}
