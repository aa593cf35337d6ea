import type { Admit } from '../auth/admit.ts';
import { loginOf } from '../auth/authenticate.ts';
import type { Db } from '../db.ts';
import type { Visit, VisitTokens } from './visit-tokens.ts';

/** Through the same door as every token: a visitor who was revoked or deleted, or whose session was ended, is not renewed. */
export async function renewVisit(
  { db, admit, visitTokens }: { db: Db; admit: Admit; visitTokens: VisitTokens },
  visitToken: string,
): Promise<Visit> {
  const visit = await visitTokens.verify(visitToken);
  const { issuedAt, expiresAt, sub, sid } = visit;
  const participant = await db.participant.findUnique({ where: { externalId: sub }, select: { id: true } });
  // A visitor who has done nothing yet is nobody yet.
  if (participant)
    await admit({ participantId: participant.id, login: loginOf(participant.id, { sid }), issuedAt, expiresAt });
  return visitTokens.sign(visit);
}
