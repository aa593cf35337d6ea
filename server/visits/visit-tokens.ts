import { SignJWT } from 'jose';
import { v4 as uuid } from 'uuid';
import { signToken } from '../auth/sign-token.ts';
import { verifyWithAny } from '../auth/verify-with-any.ts';
import { unauthenticated } from '../errors.ts';

/**
 * What a visitor carries: a short-lived Bearer token, which is an ordinary one of role customer, and a longer-lived token that
 * only renews it or hands the visit to who the visitor turns out to be. Nothing is stored until the visitor does something:
 * whoever starts visits without end fills no table.
 */
export type Visit = {
  readonly token: string;
  readonly expiresAt: Date;
  readonly visitToken: string;
  readonly renewableUntil: Date;
};
/** Who a visit is: the `sub` of its tokens is the participant's external id, their `sid` the session. */
export type Visitor = { readonly sub: string; readonly sid: string; readonly name: string };
export type VerifiedVisit = Visitor & { readonly issuedAt: number; readonly expiresAt: Date };

const TOKEN_S = 3_600;
const VISIT_S = 30 * 24 * 3_600;
/** A type of its own: it is no Bearer token. */
const TYPE = 'parley-visit+jwt';
export const VISITOR_PREFIX = 'visit:';

/** keys: the one to sign with, and the one before, whose visits go on: renewing one signs it anew. */
export function createVisitTokens(keys: readonly [Uint8Array, ...Uint8Array[]]) {
  const [key] = keys;
  return {
    begin: (name: string): Visitor => ({ sub: `${VISITOR_PREFIX}${uuid()}`, sid: uuid(), name }),

    async sign({ sub, sid, name }: Visitor): Promise<Visit> {
      const now = Math.floor(Date.now() / 1_000);
      const [token, visitToken] = await Promise.all([
        signToken(key, { sub, sid, name, role: 'CUSTOMER', expiresInSeconds: TOKEN_S }),
        new SignJWT({ sid, name })
          .setProtectedHeader({ alg: 'HS256', typ: TYPE })
          .setSubject(sub)
          .setIssuedAt(now)
          .setExpirationTime(now + VISIT_S)
          .sign(key),
      ]);
      const at = (seconds: number) => new Date((now + seconds) * 1_000);
      return { token, expiresAt: at(TOKEN_S), visitToken, renewableUntil: at(VISIT_S) };
    },

    async verify(visitToken: string): Promise<VerifiedVisit> {
      const verified = await verifyWithAny(visitToken, keys, { typ: TYPE }).catch(() => undefined);
      if (!verified) throw visitEnded();
      const { sub, sid, name, iat, exp } = verified;
      return { sub: sub!, sid: String(sid), name: String(name), issuedAt: iat!, expiresAt: new Date(exp! * 1_000) };
    },
  };
}
export type VisitTokens = ReturnType<typeof createVisitTokens>;

export const visitEnded = () => unauthenticated('The visit has ended, or is not one.');
