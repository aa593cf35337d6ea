import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../db.ts';
import { isWorthRepeating, unauthenticated } from '../errors.ts';
import { isRevoked } from './admit.ts';
import type { IdentityHash } from './remember-identity.ts';
import type { Claims } from './verify-token.ts';
import type { AccessWatch } from './watch-access.ts';

type Parts = { db: Db; access: AccessWatch; identityHash: IdentityHash };

/** The participant that a token stands for: made by their first token; name and role follow the newest one. */
export async function registerParticipant(parts: Parts, claims: Claims): Promise<{ readonly id: string }> {
  const { db, access } = parts;
  const { sub, name, role } = claims;
  const issuedAt = BigInt(Math.floor(claims.issuedAt));
  const known = await db.participant.findUnique({
    where: { externalId: sub },
    select: { id: true, name: true, role: true, profileIssuedAt: true, tokensValidFrom: true },
  });
  if (!known) return create(parts, claims);
  const { id } = known;
  // One from a clock that is ahead is noted all the same: signing out goes by the newest.
  const nothingNew = known.name === name && known.role === role && claims.issuedAt * 1_000 <= Date.now();
  if (issuedAt < known.profileIssuedAt || nothingNew) return { id };
  // What is not admitted changes nothing.
  if (isRevoked(claims.issuedAt, known.tokensValidFrom)) return { id };
  // Conditional, so that of two tokens seen at once the newer one wins, and that somebody deleted meanwhile gets no name.
  const changed = await db.participant.updateMany({
    where: { externalId: sub, profileIssuedAt: { lte: issuedAt } },
    data: { name, role, profileIssuedAt: issuedAt },
  });
  if (changed.count > 0) access.tell(id);
  return { id };
}

/** Whoever was deleted comes back as somebody new, and only with a token that is newer than the deletion. */
async function create(parts: Parts, claims: Claims): Promise<{ readonly id: string }> {
  const { db, identityHash } = parts;
  const { sub, name, role, issuedAt } = claims;
  const erased = await db.erasure.findFirst({
    where: { identity: identityHash(sub) },
    orderBy: { requestedAt: 'desc' },
    select: { participant: { select: { tokensValidFrom: true } } },
  });
  const tokensValidFrom = erased?.participant.tokensValidFrom ?? null;
  if (isRevoked(issuedAt, tokensValidFrom)) throw unauthenticated('The participant of this token was deleted.');
  const profileIssuedAt = BigInt(Math.floor(issuedAt));
  try {
    return await db.participant.create({
      data: { id: uuidv7(), externalId: sub, name, role, profileIssuedAt, tokensValidFrom },
      select: { id: true },
    });
  } catch (error) {
    if (isWorthRepeating(error)) return registerParticipant(parts, claims); // a twin request was faster
    throw error;
  }
}
