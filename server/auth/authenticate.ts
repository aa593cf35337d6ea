import { LRUCache } from 'lru-cache';
import type { Db } from '../db.ts';
import { ChatError, unauthenticated } from '../errors.ts';
import type { Participant, Viewer } from '../participants/participant.ts';
import type { ParticipantDirectory } from '../participants/participant-directory.ts';
import type { Device, SessionRecorder } from './record-session.ts';
import { registerParticipant } from './register-participant.ts';
import type { VerifyToken } from './verify-token.ts';

/** Who asks, and until when that holds. */
export type Authenticated = { readonly viewer: Viewer; readonly expiresAt: Date };
/** authorization: "Bearer <JWT>". Throws UNAUTHENTICATED. */
export type Authenticate = (authorization: unknown, device: Device) => Promise<Authenticated>;

/** Verified tokens remembered by this process; a signature costs more than everything else a small request does. */
const MAX_CACHED = 20_000;

type Parts = { db: Db; verifyToken: VerifyToken; participants: ParticipantDirectory; sessions: SessionRecorder };
type Verified = { readonly participantId: string; readonly expiresAt: Date };

export function createAuthenticate({ db, verifyToken, participants, sessions }: Parts): Authenticate {
  const verified = new LRUCache<string, Verified>({ max: MAX_CACHED });

  async function verify(token: string): Promise<Verified> {
    const claims = await verifyToken(token);
    const { id } = await registerParticipant({ db, participants }, claims);
    const result = { participantId: id, expiresAt: new Date(claims.expiresAt * 1000) };
    verified.set(token, result);
    return result;
  }

  return async function authenticate(authorization, device) {
    const token = typeof authorization === 'string' ? /^Bearer +(\S+)$/i.exec(authorization)?.[1] : undefined;
    if (!token)
      throw unauthenticated(authorization ? 'The Authorization is not a Bearer token.' : 'No token was given.');
    const known = verified.get(token);
    if (known && known.expiresAt.getTime() <= Date.now()) throw unauthenticated('The token has expired.');
    const { participantId, expiresAt } = known ?? (await verify(token));
    const [viewer]: (Participant | undefined)[] = await participants.load([participantId]);
    if (!viewer) throw unauthenticated('The participant of this token is gone.');
    sessions.seen(viewer.id, token, device);
    return { viewer, expiresAt };
  };
}

export const isUnauthenticated = (error: unknown) => error instanceof ChatError && error.code === 'UNAUTHENTICATED';
