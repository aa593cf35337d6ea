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
import type { AuditAction } from '../generated/prisma/enums.ts';
import type { Viewer } from '../participants/participant.ts';
import type { AuditEntry } from './audit-entry.ts';

export type AuditFilter = {
  readonly action: readonly AuditAction[];
  readonly actorId: string | undefined;
  readonly participantId: string | undefined;
  readonly conversationId: string | undefined;
  readonly since: Date | undefined;
  readonly until: Date | undefined;
};

/** Newest first. */
export async function pageOfAuditEntries(
  { db }: { db: Db },
  viewer: Viewer,
  { action, since, until, ...ids }: AuditFilter,
  { first, after }: { first: number | null | undefined; after: string | null | undefined },
): Promise<Connection<AuditEntry>> {
  if (viewer.role !== 'MANAGER') throw forbidden('The audit log is for managers.');
  const size = checkPageSize('first', first ?? DEFAULT_PAGE);
  const rows = await db.auditEntry.findMany({
    where: {
      ...ids,
      ...(action.length > 0 ? { action: { in: [...action] } } : {}),
      at: { gte: since, lt: until },
      ...(typeof after === 'string' ? { id: { lt: toId(after) } } : {}),
    },
    orderBy: { id: 'desc' },
    take: size + 1,
  });
  return toConnection(rows.slice(0, size), ({ id }) => encodeCursor(CURSOR, String(id)), {
    hasNextPage: rows.length > size,
    hasPreviousPage: Boolean(after),
  });
}

const CURSOR = 'audit';

function toId(cursor: string): bigint {
  const [id = ''] = decodeCursor('after', CURSOR, cursor);
  if (!/^\d{1,18}$/.test(id)) throw badCursor('after');
  return BigInt(id);
}
