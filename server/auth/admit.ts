import { ChatError, unauthenticated } from '../errors.ts';
import type { Viewer } from '../participants/participant.ts';
import type { ParticipantDirectory } from '../participants/participant-directory.ts';
import type { EndedLogins } from './ended-logins.ts';

/** What a valid token has opened the door for. The token itself is not kept. */
export type Grant = {
  readonly participantId: string;
  /** Hash of the token, or of its `sid`: what is ended together. Base64url. */
  readonly login: string;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: Date;
};

/**
 * The one look at whether a token that was valid still lets anybody in: its participant may have been revoked or deleted, or
 * its session ended. Asked for every request and when a socket opens, and for open sockets whenever something of that
 * changes. Throws UNAUTHENTICATED; otherwise says who it is, with the newest name and role.
 */
export type Admit = (grant: Grant) => Promise<Viewer>;

type Parts = { participants: ParticipantDirectory; endedLogins: EndedLogins };

export function createAdmit({ participants, endedLogins }: Parts): Admit {
  return async function admit({ participantId, login, issuedAt, expiresAt }) {
    if (expiresAt.getTime() <= Date.now()) throw unauthenticated('The token has expired.');
    const [[viewer], ended] = await Promise.all([participants.load([participantId]), endedLogins.of(participantId)]);
    if (!viewer || viewer.deletedAt) throw unauthenticated('The participant of this token was deleted.');
    if (isRevoked(issuedAt, viewer.tokensValidFrom))
      throw unauthenticated('The token was issued before its participant was signed out everywhere.');
    if (ended.has(login)) throw unauthenticated('The session of this token was ended.');
    return viewer;
  };
}

/** Tokens say when they were issued in whole seconds, so one of that very second is refused too. */
export const isRevoked = (issuedAt: number, validFrom: Date | null) =>
  validFrom !== null && issuedAt * 1_000 < validFrom.getTime();

export const isUnauthenticated = (error: unknown) => error instanceof ChatError && error.code === 'UNAUTHENTICATED';
