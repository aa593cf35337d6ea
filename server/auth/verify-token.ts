import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { isCanarySubject } from '../canary-participants.ts';
import { ChatError, unauthenticated } from '../errors.ts';
import type { Role } from '../generated/prisma/enums.ts';
import { OWN_ISSUER } from './sign-token.ts';
import { verifyWithAny } from './verify-with-any.ts';

/** What a valid token says. */
export type Claims = {
  readonly sub: string;
  readonly role: Role;
  readonly name: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** The session at whoever signed the token, where it says so. */
  readonly sid: string | undefined;
};
export type VerifyToken = (token: string) => Promise<Claims>;

/** Clocks of the host application and of this server may differ by this much, in seconds. */
const CLOCK_TOLERANCE_S = 60;
/** The end of what Date can hold, in seconds: some say "never" with a larger number. */
const LATEST_S = 8.64e12;
/** Longest text in a claim, in UTF-16 units: they become database values that are shown in lists. */
const MAX_CLAIM_LENGTH = 200;

/** Tokens with another purpose, such as the dashboard's session cookie, carry a typ of their own and are no Bearer tokens. */
const BEARER_TYPES = new Set([undefined, 'JWT', 'jwt', 'at+jwt']);

const text = z
  .string()
  .min(1)
  .max(MAX_CLAIM_LENGTH)
  .refine((value) => value.isWellFormed() && !value.includes('\0'));
const claims = z.object({
  sub: text,
  role: z.enum(['customer', 'agent', 'manager']),
  name: text.optional(),
  sid: text.optional(),
  iat: z.number().min(0).optional(),
  exp: z.number(),
});

type Parts = {
  /** This installation's: the one it signs with, and the one before. */
  keys: readonly Uint8Array[];
  remoteKeys: JWTVerifyGetKey | undefined;
  /** What the canary's two people are signed in with, and nobody else: what they do is left out of what counts. */
  canaryKey?: Uint8Array;
  /** What tokens of the host application must say, where it is configured. */
  issuer?: string;
  audience?: string;
};

/**
 * HS256 with this installation's keys; EdDSA, ES256 and RS256 with the identity provider's, each only with a key of its kind.
 * Nothing else is looked at.
 */
export function createVerifyToken({ keys, remoteKeys, canaryKey, issuer, audience }: Parts): VerifyToken {
  const options = { clockTolerance: CLOCK_TOLERANCE_S, requiredClaims: ['sub', 'role', 'exp'] };
  const fromElsewhere = { ...options, issuer, audience };

  return async function verifyToken(token) {
    const payload = await verify(token).catch((error: unknown) =>
      Promise.reject(error instanceof ChatError ? error : unauthenticated(reason(error))),
    );
    const parsed = claims.safeParse(payload);
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0]!;
      throw unauthenticated(`The token's claim "${String(path[0])}" is not usable (${message}).`);
    }
    const { sub, role, name = sub, iat = 0, exp, sid } = parsed.data;
    // The tolerance is for iat and nbf: what has expired would be refused at its second use, and close its socket at once.
    if (exp * 1000 <= Date.now()) throw unauthenticated('The token has expired.');
    // Names, roles and revocations go by when a token was issued: one from the future would win over all of them.
    if (iat > Date.now() / 1000 + CLOCK_TOLERANCE_S)
      throw unauthenticated('The token\'s claim "iat" is in the future.');
    return { sub, role: role.toUpperCase() as Role, name, issuedAt: iat, expiresAt: Math.min(exp, LATEST_S), sid };
  };

  async function verify(token: string): Promise<JWTPayload> {
    const { alg, typ } = decodeProtectedHeader(token);
    if (!BEARER_TYPES.has(typ)) throw new errors.JWTInvalid('wrong type');
    const { iss, sub } = decodeJwt(token);
    if (isCanarySubject(sub)) return verifyWithAny(token, canaryKey ? [canaryKey] : [], options);
    if (alg === 'HS256' && keys.length > 0)
      return verifyWithAny(token, keys, iss === OWN_ISSUER ? options : fromElsewhere);
    if (remoteKeys)
      return (await jwtVerify(token, remoteKeys, { ...fromElsewhere, algorithms: ['EdDSA', 'ES256', 'RS256'] }))
        .payload;
    throw new errors.JOSEAlgNotAllowed('algorithm not accepted');
  }
}

/** Enough to know what to do; nothing that helps to guess a key. */
function reason(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The token's claim "${error.claim}" is missing or not valid.`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'The token is signed with a key that is not known here.';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token’s algorithm is not accepted here.';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The token’s signature does not match.';
  return 'The token is not valid.';
}
