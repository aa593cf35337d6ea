import {
  badCursor,
  type Connection,
  checkPageSize,
  DEFAULT_PAGE,
  decodeCursor,
  encodeCursor,
  MAX_PAGE,
  toConnection,
} from '../connection.ts';
import type { Db } from '../db.ts';
import { badInput, forbidden } from '../errors.ts';
import type { Viewer } from '../participants/participant.ts';
import type { Log } from '../telemetry/log.ts';
import {
  type Chosen,
  type DeadLetter,
  type DeadLetterPosition,
  deleteDeadLetters,
  listDeadLetters,
  newestDeadLetter,
  requeueDeadLetters,
} from './dead-letter-queries.ts';

/**
 * What the relay has given up on (D5), for managers: to look at, to publish again, to throw away. Thrown away is only the
 * knowledge that an event was never published: the event itself stays in its conversation's log, and whoever follows it has
 * had it from there. So nothing is kept of a discarded letter but the audit log's word of who discarded it.
 */
type Parts = { db: Db; log: Log };

/** Moved by one statement. */
const BATCH = 500;

export async function pageOfDeadLetters(
  { db }: Parts,
  viewer: Viewer,
  { conversationId, first, after }: { conversationId?: string; first?: number | null; after?: string | null },
): Promise<Connection<DeadLetter>> {
  mustBeManager(viewer);
  const size = checkPageSize('first', first ?? DEFAULT_PAGE);
  const position = typeof after === 'string' ? toPosition(after) : undefined;
  const rows = await listDeadLetters(db, conversationId, { limit: size + 1, after: position });
  return toConnection(rows.slice(0, size), toCursor, {
    hasNextPage: rows.length > size,
    hasPreviousPage: position !== undefined,
  });
}

/** Which letters: these, or all there are now. */
export type Choice = { readonly ids?: readonly string[] | null; readonly all?: boolean | null };

/** Back into the outbox, with all attempts before them. Whoever has an event already drops it by its seq. */
export const replayDeadLetters = (parts: Parts, viewer: Viewer, choice: Choice): Promise<number> =>
  moveAll(parts, viewer, choice, requeueDeadLetters, 'dead letters replayed');

export const discardDeadLetters = (parts: Parts, viewer: Viewer, choice: Choice): Promise<number> =>
  moveAll(parts, viewer, choice, deleteDeadLetters, 'dead letters discarded');

async function moveAll(
  { db, log }: Parts,
  viewer: Viewer,
  choice: Choice,
  move: typeof requeueDeadLetters,
  what: string,
): Promise<number> {
  mustBeManager(viewer);
  const chosen: Chosen = { ids: toIds(choice) ?? { upTo: await newestDeadLetter(db) }, actorId: viewer.id };
  let count = 0;
  let moved: number;
  do {
    moved = await move(db, chosen, BATCH);
    count += moved;
  } while (moved === BATCH);
  log.info({ audit: true, actorId: viewer.id, count }, what);
  return count;
}

function mustBeManager(viewer: Viewer): void {
  if (viewer.role !== 'MANAGER') throw forbidden('Dead letters are for managers.');
}

function toIds({ ids, all }: Choice): bigint[] | undefined {
  if (all && !ids) return undefined;
  if (!ids || all) throw badInput('ids', 'or all must be given, and not both.');
  if (ids.length > MAX_PAGE) throw badInput('ids', `must have at most ${MAX_PAGE} entries.`);
  return ids.map((id) => {
    if (!/^\d{1,18}$/.test(id)) throw badInput('ids', 'must be ids of dead letters.');
    return BigInt(id);
  });
}

const CURSOR = 'dead letter';
/** What PostgreSQL and Date write alike. */
const LATEST_MS = Date.UTC(9999, 11, 31);

const toCursor = ({ failedAt, id }: DeadLetter) => encodeCursor(CURSOR, failedAt.getTime(), String(id));

function toPosition(cursor: string): DeadLetterPosition {
  const [time, id] = decodeCursor('after', CURSOR, cursor);
  const ms = Number(time);
  if (!id || !/^\d{1,18}$/.test(id) || !Number.isInteger(ms) || ms < 0 || ms > LATEST_MS) throw badCursor('after');
  return { failedAt: new Date(ms), id: BigInt(id) };
}
