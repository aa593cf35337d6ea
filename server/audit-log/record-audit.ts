import type { Db, Tx } from '../db.ts';
import type { AuditEntry } from './audit-entry.ts';

export type AuditRecord = Pick<AuditEntry, 'action' | 'actorId'> &
  Partial<Pick<AuditEntry, 'participantId' | 'conversationId' | 'reference'>>;

/**
 * Notes who looked at, took away or removed what. Whoever does such a thing calls this before it is done or shown, in the
 * same transaction where there is one, and waits: what cannot be noted does not happen.
 */
export async function recordAudit(db: Db | Tx, record: AuditRecord): Promise<void> {
  await db.auditEntry.create({ data: record, select: { id: true } });
}
