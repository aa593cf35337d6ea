import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../db.ts';
import { isWorthRepeating } from '../errors.ts';
import { type Participant, participantFields } from '../participants/participant.ts';
import type { ParticipantDirectory } from '../participants/participant-directory.ts';
import type { Claims } from './verify-token.ts';

type Parts = { db: Db; participants: ParticipantDirectory };

/** The participant that a token stands for: made by their first token; name and role follow the newest one. */
export async function registerParticipant({ db, participants }: Parts, claims: Claims): Promise<Participant> {
  const { sub, name, role } = claims;
  const issuedAt = BigInt(Math.floor(claims.issuedAt));
  const where = { externalId: sub };
  const select = { ...participantFields, profileIssuedAt: true } as const;
  const known = await db.participant.findUnique({ where, select });
  if (!known) {
    const data = { id: uuidv7(), externalId: sub, name, role, profileIssuedAt: issuedAt };
    try {
      return await db.participant.create({ data, select: participantFields });
    } catch (error) {
      if (isWorthRepeating(error)) return registerParticipant({ db, participants }, claims); // a twin request was faster
      throw error;
    }
  }
  if (issuedAt < known.profileIssuedAt || (known.name === name && known.role === role)) return toParticipant(known);
  // Conditional, so that of two tokens seen at once the newer one wins.
  await db.participant.updateMany({
    where: { ...where, profileIssuedAt: { lte: issuedAt } },
    data: { name, role, profileIssuedAt: issuedAt },
  });
  const participant = await db.participant.findUniqueOrThrow({ where, select: participantFields });
  participants.changed(participant);
  return participant;
}

const toParticipant = ({ id, externalId, name, role }: Participant): Participant => ({ id, externalId, name, role });
