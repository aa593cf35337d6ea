import { canaryIds } from '../canary-participants.ts';
import {
  type Connection,
  checkPageSize,
  DEFAULT_PAGE,
  decodeIdCursor,
  encodeCursor,
  toConnection,
} from '../connection.ts';
import type { Db } from '../db.ts';
import { forbidden } from '../errors.ts';
import { accessParticipant } from '../participants/access-participant.ts';
import type { Viewer } from '../participants/participant.ts';
import { type Session, sessionFields } from './session.ts';

/** Newest first, of one or of everybody; by default those that could still be used. */
export async function pageOfSessions(
  { db }: { db: Db },
  viewer: Viewer,
  { participantId, past }: { participantId: string | undefined; past: boolean },
  { first, after }: { first: number | null | undefined; after: string | null | undefined },
): Promise<Connection<Session>> {
  const size = checkPageSize('first', first ?? DEFAULT_PAGE);
  if (participantId !== undefined) await accessParticipant(db, viewer, participantId);
  else if (viewer.role !== 'MANAGER') throw forbidden('Everybody’s sessions are for managers.');
  const usable = { endedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] };
  const rows = await db.session.findMany({
    where: {
      participantId: participantId ?? { notIn: [...canaryIds] },
      ...(past ? {} : usable),
      // Ids are UUIDs of version 7: in the order of the logins.
      ...(typeof after === 'string' ? { id: { lt: decodeIdCursor('after', CURSOR, after) } } : {}),
    },
    select: sessionFields,
    orderBy: { id: 'desc' },
    take: size + 1,
  });
  return toConnection(rows.slice(0, size), ({ id }) => encodeCursor(CURSOR, id), {
    hasNextPage: rows.length > size,
    hasPreviousPage: Boolean(after),
  });
}

const CURSOR = 'session';
