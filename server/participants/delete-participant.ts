import { recordAudit } from '../audit-log/record-audit.ts';
import type { IdentityHash } from '../auth/remember-identity.ts';
import type { AccessWatch } from '../auth/watch-access.ts';
import { type Db, inTx } from '../db.ts';
import { accessParticipant } from './access-participant.ts';
import { endPerson } from './end-person.ts';
import type { Erasures } from './erase-participants.ts';
import type { ErasureList } from './erasure-list.ts';
import type { Viewer } from './participant.ts';

type Parts = { db: Db; access: AccessWatch; identityHash: IdentityHash; erasures: Erasures; erasureList: ErasureList };

/**
 * Deletes a participant. In one transaction, at once: name and external id are gone, sessions forgotten, tokens from before
 * refused; whoever comes back with a newer one is somebody new. What they wrote follows conversation by conversation, see
 * erase-participants. A crash after the commit costs nothing: the next look at the table erasure goes on. Repeating it
 * changes nothing.
 */
export async function deleteParticipant(
  { db, access, identityHash, erasures, erasureList }: Parts,
  viewer: Viewer,
  id: string,
): Promise<void> {
  const deleted = await inTx(db, async (tx) => {
    const { deletedAt } = await accessParticipant(tx, viewer, id);
    if (deletedAt) return [];
    // Who was a visitor before is the same person under another id.
    const visits = await tx.claimedVisit.findMany({ where: { participantId: id }, select: { visitorId: true } });
    const ids = [id, ...visits.map(({ visitorId }) => visitorId)].sort();
    for (const one of ids) {
      const { externalId } = await tx.participant.findUniqueOrThrow({
        where: { id: one },
        select: { externalId: true },
      });
      // It names them, and would bring them back.
      await tx.signInCode.deleteMany({ where: { externalId } });
      await endPerson(tx, one, {
        identity: identityHash(externalId),
        requestedAt: new Date(),
        requestedById: viewer.id,
      });
    }
    await recordAudit(tx, { action: 'PARTICIPANT_DELETED', actorId: viewer.id, participantId: id });
    return ids;
  });
  for (const one of deleted) access.tell(one);
  erasures.wake();
  await erasureList.write();
}
