import { recordAudit } from '../audit-log/record-audit.ts';
import type { AccessWatch } from '../auth/watch-access.ts';
import { type Db, inTx, type Tx } from '../db.ts';
import { accessParticipant } from './access-participant.ts';
import type { Participant, Viewer } from './participant.ts';

/**
 * Signs somebody out everywhere: all tokens they have are refused, all their sockets closed. They come back with a token that
 * is issued after this; whoever must stay outside gets none from the host application.
 */
export async function revokeParticipant(
  { db, access }: { db: Db; access: AccessWatch },
  viewer: Viewer,
  id: string,
): Promise<Participant> {
  const participant = await inTx(db, async (tx) => {
    const found = await accessParticipant(tx, viewer, id);
    await recordAudit(tx, { action: 'PARTICIPANT_REVOKED', actorId: viewer.id, participantId: id });
    await refuseOlderTokens(tx, id);
    await tx.signInCode.deleteMany({ where: { externalId: found.externalId } });
    await tx.session.updateMany({ where: { participantId: id, endedAt: null }, data: { endedAt: new Date() } });
    return found;
  });
  access.tell(id);
  return participant;
}

/** Also those from a clock that is ahead: a token may have been issued up to a minute from now. */
export async function refuseOlderTokens(tx: Tx, id: string): Promise<Date> {
  const { profileIssuedAt } = await tx.participant.findUniqueOrThrow({
    where: { id },
    select: { profileIssuedAt: true },
  });
  const newest = (Number(profileIssuedAt) + 1) * 1_000;
  const tokensValidFrom = new Date(Math.max(Date.now(), newest));
  await tx.participant.update({ where: { id }, data: { tokensValidFrom }, select: { id: true } });
  return tokensValidFrom;
}
