import { SignJWT } from 'jose';
import type { Role } from '../generated/prisma/enums.ts';

export type TokenClaims = {
  sub: string;
  role: Role;
  name: string;
  expiresInSeconds: number;
  /** Now, unless told otherwise. */
  issuedAt?: Date;
  /** The session that the token belongs to, where there is one to end. */
  sid?: string;
};

/** Says that a token is Parley's own, so that what is asked of the host application's (AUTH_ISSUER, AUTH_AUDIENCE) is not asked of it. */
export const OWN_ISSUER = 'parley';

/** A token of Parley's own, as the token command, sign-in and Try it hand them out. */
export function signToken(key: Uint8Array, claims: TokenClaims): Promise<string> {
  const { sub, role, name, expiresInSeconds, issuedAt = new Date(), sid } = claims;
  const now = Math.floor(issuedAt.getTime() / 1000);
  return new SignJWT({ role: role.toLowerCase(), name, sid })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(sub)
    .setIssuer(OWN_ISSUER)
    .setIssuedAt(now)
    .setExpirationTime(now + expiresInSeconds)
    .sign(key);
}
