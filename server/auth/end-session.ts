import { recordAudit } from '../audit-log/record-audit.ts';
import { type Db, inTx } from '../db.ts';
import { ChatError, notFound } from '../errors.ts';
import { accessParticipant } from '../participants/access-participant.ts';
import type { Viewer } from '../participants/participant.ts';
import { type Session, sessionFields } from './session.ts';
import type { AccessWatch } from './watch-access.ts';

/** Its tokens are refused from here on, and its sockets closed. Ending it twice changes nothing. */
export async function endSession(
  { db, access }: { db: Db; access: AccessWatch },
  viewer: Viewer,
  id: string,
): Promise<Session> {
  const found = await db.session.findUnique({ where: { id }, select: sessionFields });
  if (!found) throw notFound('session');
  await accessParticipant(db, viewer, found.participantId).catch(notFoundInstead);
  if (found.endedAt) return found;
  const session = await inTx(db, async (tx) => {
    if (viewer.id !== found.participantId)
      await recordAudit(tx, {
        action: 'SESSION_ENDED',
        actorId: viewer.id,
        participantId: found.participantId,
        reference: id,
      });
    return tx.session.update({ where: { id }, data: { endedAt: new Date() }, select: sessionFields });
  });
  access.tell(session.participantId);
  return session;
}

/** Somebody else's session is nothing that an agent, or a customer, can know of. */
function notFoundInstead(error: unknown): never {
  throw error instanceof ChatError && ['FORBIDDEN', 'NOT_FOUND'].includes(error.code) ? notFound('session') : error;
}
