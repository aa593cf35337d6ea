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
import { isStaff, type Participant, type Viewer } from './participant.ts';
import { listParticipants, type ParticipantFilter } from './participant-queries.ts';

/** Newest first, to find somebody by name or external id. */
export async function pageOfParticipants(
  { db }: { db: Db },
  viewer: Viewer,
  filter: ParticipantFilter,
  { first, after }: { first: number | null | undefined; after: string | null | undefined },
): Promise<Connection<Participant>> {
  if (!isStaff(viewer)) throw forbidden('The list of participants is for agents and managers.');
  const size = checkPageSize('first', first ?? DEFAULT_PAGE);
  const rows = await listParticipants(db, filter, {
    limit: size + 1,
    before: typeof after === 'string' ? decodeIdCursor('after', CURSOR, after) : undefined,
  });
  return toConnection(rows.slice(0, size), ({ id }) => encodeCursor(CURSOR, id), {
    hasNextPage: rows.length > size,
    hasPreviousPage: Boolean(after),
  });
}

const CURSOR = 'participant';
