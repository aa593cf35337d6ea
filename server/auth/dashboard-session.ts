import { randomBytes, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { recordAudit } from '../audit-log/record-audit.ts';
import type { Db, Tx } from '../db.ts';
import { conflict, unauthenticated } from '../errors.ts';
import { isRevoked } from './admit.ts';
import { loginOf } from './authenticate.ts';
import type { IdentityHash } from './remember-identity.ts';
import { signToken } from './sign-token.ts';
import { verifyWithAny } from './verify-with-any.ts';
import type { AccessWatch } from './watch-access.ts';

/**
 * A manager's or an agent's session of the dashboard, however they have signed in. It lives in an HttpOnly cookie, which opens
 * nothing but this: the page gets short-lived Bearer tokens for it, of the role that was signed in and no other.
 */
export type DashboardSessions = ReturnType<typeof createDashboardSessions>;
/** externalId: the `sub` of the tokens that come of it. */
export type DashboardUser = { readonly role: DashboardRole; readonly externalId: string; readonly name: string };
export type DashboardRole = 'MANAGER' | 'AGENT';
export type NewSession = { readonly session: string; readonly expiresAt: Date };
type Verified = DashboardUser & { readonly sid: string };

export const SESSION_S = 12 * 3_600;
const TOKEN_S = 15 * 60;
const TRY_IT_S = 3_600;
const TYPE = 'parley-session+jwt';
/** A manager who signs in by a link is nobody in particular. */
export const MANAGER_SUB = 'parley:manager';

/** External ids that Parley gives by itself. */
const RESERVED = /^(?:parley|oidc|try-it|visit|deleted):/;

/** The `sub` of a session is what is signed in: a session that says anything else is none. */
const subjects = { MANAGER: 'manager', AGENT: 'agent' } as const satisfies Record<DashboardRole, string>;
const roleOf = (subject: unknown): DashboardRole | undefined =>
  (['MANAGER', 'AGENT'] as const).find((role) => subjects[role] === subject);

/** The first key signs; sessions that were signed with the others go on. */
type Keys = readonly [Uint8Array, ...Uint8Array[]];
type Parts = { db: Db; keys: Keys; access: AccessWatch; identityHash: IdentityHash };

export function createDashboardSessions({ db, keys, access, identityHash }: Parts) {
  const [key] = keys;

  async function verify(session: string | undefined): Promise<Verified> {
    if (!session) throw unauthenticated('Not signed in.');
    const claims = await verifyWithAny(session, keys, { typ: TYPE }).catch(() => undefined);
    const role = roleOf(claims?.sub);
    const { externalId, name, sid, iat = 0 } = (claims ?? {}) as { externalId?: unknown } & NonNullable<typeof claims>;
    if (role === undefined || typeof externalId !== 'string' || (await isOver(externalId, role, iat)))
      throw unauthenticated('The session has ended.');
    return { role, externalId, name: String(name), sid: String(sid) };
  }

  /**
   * Its tokens would be newer than what ended it, and win: whether whoever this is was signed out everywhere or deleted, or
   * was given another role by a token that came after.
   */
  async function isOver(externalId: string, role: DashboardRole, begunAt: number): Promise<boolean> {
    const known = await db.participant.findUnique({
      where: { externalId },
      select: { role: true, profileIssuedAt: true, tokensValidFrom: true },
    });
    if (!known) return isRevoked(begunAt, await deletedAt(externalId));
    return (
      isRevoked(begunAt, known.tokensValidFrom) || (known.role !== role && Number(known.profileIssuedAt) >= begunAt)
    );
  }

  async function deletedAt(externalId: string): Promise<Date | null> {
    const erased = await db.erasure.findFirst({
      where: { identity: identityHash(externalId) },
      orderBy: { requestedAt: 'desc' },
      select: { participant: { select: { tokensValidFrom: true } } },
    });
    return erased?.participant.tokensValidFrom ?? null;
  }

  return {
    /** Noted in the audit log, in the transaction of whatever lets them in. */
    async begin(tx: Db | Tx, { role, externalId, name }: DashboardUser): Promise<NewSession> {
      const sid = randomUUID();
      const known = await tx.participant.findUnique({ where: { externalId }, select: { id: true, role: true } });
      // Agents are named by others than Parley: nobody becomes one of the desk because two of them count alike.
      if (role === 'AGENT' && (known?.role === 'CUSTOMER' || RESERVED.test(externalId)))
        throw conflict('Here this id is not an agent’s.');
      await recordAudit(tx, { action: 'SIGNED_IN', actorId: known?.id ?? null, reference: sid });
      const expiresAt = new Date(Date.now() + SESSION_S * 1000);
      const session = await new SignJWT({ externalId, name, sid })
        .setProtectedHeader({ alg: 'HS256', typ: TYPE })
        .setSubject(subjects[role])
        .setIssuedAt()
        .setExpirationTime(expiresAt)
        .sign(key);
      return { session, expiresAt };
    },

    /** `role` is for the page to know what to show; what may be done is decided by the token. */
    async bearer(session: string | undefined): Promise<{ token: string; expiresAt: Date; role: DashboardRole }> {
      const { externalId: sub, role, name, sid } = await verify(session);
      const token = await signToken(key, { sub, role, name, sid, expiresInSeconds: TOKEN_S });
      return { token, expiresAt: new Date(Date.now() + TOKEN_S * 1000), role };
    },

    /** A customer and an agent of their own for every visit of the page Try it. */
    async tryIt(session: string | undefined) {
      await verify(session);
      const visit = randomBytes(6).toString('hex');
      const make = async (role: 'CUSTOMER' | 'AGENT', name: string) => ({
        token: await signToken(key, {
          sub: `try-it:${role.toLowerCase()}:${visit}`,
          role,
          name,
          expiresInSeconds: TRY_IT_S,
        }),
        name,
      });
      return { customer: await make('CUSTOMER', 'Cleo Customer'), agent: await make('AGENT', 'Ada Agent') };
    },

    /** Its tokens that are still about end with it. What is no session any more has ended already. */
    async end(session: string | undefined): Promise<void> {
      const verified = await verify(session).catch(() => undefined);
      const participant =
        verified &&
        (await db.participant.findUnique({ where: { externalId: verified.externalId }, select: { id: true } }));
      if (!verified || !participant) return;
      const login = new Uint8Array(Buffer.from(loginOf(participant.id, verified), 'base64url'));
      await db.session.updateMany({
        where: { participantId: participant.id, logins: { has: login }, endedAt: null },
        data: { endedAt: new Date() },
      });
      access.tell(participant.id);
    },
  };
}
