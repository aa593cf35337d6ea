import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isCanary } from '../canary-participants.ts';
import type { Db } from '../db.ts';
import { unauthenticated } from '../errors.ts';
import type { Viewer } from '../participants/participant.ts';
import { upTo } from '../up-to.ts';
import type { Admit, Grant } from './admit.ts';
import type { Device } from './device.ts';
import type { SessionRecorder } from './record-session.ts';
import { registerParticipant } from './register-participant.ts';
import type { IdentityHash } from './remember-identity.ts';
import type { Claims, VerifyToken } from './verify-token.ts';
import type { AccessWatch } from './watch-access.ts';

/** Who asks, and what lets them. */
export type Authenticated = { readonly viewer: Viewer; readonly grant: Grant };
/**
 * authorization: "Bearer <JWT>". Throws UNAUTHENTICATED. `before`: the grant that this token follows on the same socket; it
 * must be the same participant's.
 */
export type Authenticate = (authorization: unknown, device: Device, before?: Grant) => Promise<Authenticated>;

/** Verified tokens remembered by this process; a signature costs more than everything else a small request does. */
const MAX_CACHED = 20_000;
/** Characters; nobody's claims need more, and a longer text is not worth a look. */
const MAX_TOKEN_LENGTH = 8_192;

type Parts = {
  db: Db;
  verifyToken: VerifyToken;
  admit: Admit;
  sessions: SessionRecorder;
  access: AccessWatch;
  identityHash: IdentityHash;
};

export function createAuthenticate(parts: Parts): Authenticate {
  const { verifyToken, admit, sessions } = parts;
  const verified = new LRUCache<string, Grant>(upTo(MAX_CACHED));

  async function verify(token: string): Promise<Grant> {
    const claims = await verifyToken(token);
    const { id } = await registerParticipant(parts, claims);
    const grant = {
      participantId: id,
      login: loginOf(id, claims, token),
      issuedAt: claims.issuedAt,
      expiresAt: new Date(claims.expiresAt * 1000),
    };
    verified.set(token, grant);
    return grant;
  }

  return async function authenticate(authorization, device, before) {
    const token = typeof authorization === 'string' ? /^Bearer +(\S+)$/i.exec(authorization)?.[1] : undefined;
    if (!token)
      throw unauthenticated(authorization ? 'The Authorization is not a Bearer token.' : 'No token was given.');
    if (token.length > MAX_TOKEN_LENGTH) throw unauthenticated('The token is too long.');
    const grant = verified.get(token) ?? (await verify(token));
    const viewer = await admit(grant);
    if (before && before.participantId !== viewer.id) throw unauthenticated('The token is somebody else’s.');
    if (before) await sessions.continued(before, grant);
    if (!isCanary(viewer)) sessions.seen(grant, device);
    return { viewer, grant };
  };
}

/**
 * What belongs to one session: all tokens with one `sid`, else each token (and what follows it on its socket). Hashed,
 * because the token itself must not be found in the database.
 */
export const loginOf = (participantId: string, { sid }: Pick<Claims, 'sid'>, token = '') =>
  createHash('sha256')
    .update(`${participantId} ${sid === undefined ? token : `sid ${sid}`}`)
    .digest('base64url');
