import { randomUUID } from 'node:crypto';
import { recordAudit } from '../audit-log/record-audit.ts';
import type { IdentityHash } from '../auth/remember-identity.ts';
import type { AccessWatch } from '../auth/watch-access.ts';
import { type Db, inTx } from '../db.ts';
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
  await inTx(db, async (tx) => {
    const { externalId, deletedAt } = await accessParticipant(tx, viewer, id);
    if (deletedAt) return;
    const requestedAt = new Date();
    // The row's lock decides between two who ask at once; it also waits for whatever is being written in their name.
    const deleted = await tx.participant.updateMany({
      where: { id, deletedAt: null },
      data: { externalId: `deleted:${randomUUID()}`, name: DELETED_NAME, deletedAt: requestedAt, lastSeenAt: null },
    });
    if (deleted.count === 0) return;
    await refuseOlderTokens(tx, id);
    const identity = identityHash(externalId);
    await tx.erasure.create({
      data: { participantId: id, identity, requestedAt, requestedById: viewer.id },
      select: { participantId: true },
    });
    await tx.session.deleteMany({ where: { participantId: id } });
    await tx.presence.deleteMany({ where: { participantId: id } });
    await recordAudit(tx, { action: 'PARTICIPANT_DELETED', actorId: viewer.id, participantId: id });
  });
  access.tell(id);
  erasures.wake();
}
