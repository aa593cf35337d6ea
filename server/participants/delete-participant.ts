import { randomUUID } from 'node:crypto';
import { recordAudit } from '../audit-log/record-audit.ts';
import type { IdentityHash } from '../auth/remember-identity.ts';
import type { AccessWatch } from '../auth/watch-access.ts';
import { type Db, inTx, type Tx } from '../db.ts';
import { accessParticipant } from './access-participant.ts';
import type { Erasures } from './erase-participants.ts';
import { DELETED_NAME, type Viewer } from './participant.ts';
import { refuseOlderTokens } from './revoke-participant.ts';

type Parts = { db: Db; access: AccessWatch; identityHash: IdentityHash; erasures: Erasures };

/**
 * Deletes a participant. In one transaction, at once: name and external id are gone, sessions forgotten, tokens from before
 * refused; whoever comes back with a newer one is somebody new. What they wrote follows conversation by conversation, see
 * erase-participants. A crash after the commit costs nothing: the next look at the table erasure goes on. Repeating it
 * changes nothing.
 */
export async function deleteParticipant(
  { db, access, identityHash, erasures }: Parts,
  viewer: Viewer,
  id: string,
): Promise<void> {
  const deleted = await inTx(db, async (tx) => {
    const { deletedAt } = await accessParticipant(tx, viewer, id);
    if (deletedAt) return [];
    // Who was a visitor before is the same person under another id.
    const visits = await tx.claimedVisit.findMany({ where: { participantId: id }, select: { visitorId: true } });
    const ids = [id, ...visits.map(({ visitorId }) => visitorId)].sort();
    for (const one of ids) await endPerson(tx, one, viewer.id, identityHash);
    await recordAudit(tx, { action: 'PARTICIPANT_DELETED', actorId: viewer.id, participantId: id });
    return ids;
  });
  for (const one of deleted) access.tell(one);
  erasures.wake();
}

async function endPerson(tx: Tx, id: string, requestedById: string, identityHash: IdentityHash): Promise<void> {
  const { externalId } = await tx.participant.findUniqueOrThrow({ where: { id }, select: { externalId: true } });
  const requestedAt = new Date();
  // The row's lock decides between two who ask at once; it also waits for whatever is being written in their name.
  const ended = await tx.participant.updateMany({
    where: { id, deletedAt: null },
    data: { externalId: `deleted:${randomUUID()}`, name: DELETED_NAME, deletedAt: requestedAt, lastSeenAt: null },
  });
  if (ended.count === 0) return;
  await refuseOlderTokens(tx, id);
  const identity = identityHash(externalId);
  await tx.erasure.create({
    data: { participantId: id, identity, requestedAt, requestedById },
    select: { participantId: true },
  });
  await tx.session.deleteMany({ where: { participantId: id } });
  await tx.presence.deleteMany({ where: { participantId: id } });
}
