import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { recordAudit } from '../audit-log/record-audit.ts';
import { type Db, inTx } from '../db.ts';
import { unauthenticated } from '../errors.ts';
import { signToken } from './sign-token.ts';
import { verifyWithAny } from './verify-with-any.ts';

/**
 * The dashboard's sign-in. A link carries a code that works once; it is exchanged, by POST, for a session that lives in an
 * HttpOnly cookie; the page gets short-lived Bearer tokens for the session. The cookie itself opens nothing but that.
 */
export type SignIn = ReturnType<typeof createSignIn>;

const CODE_MS = 15 * 60_000;
const SESSION_S = 12 * 3_600;
const TOKEN_S = 15 * 60;
const TRY_IT_S = 3_600;
const SESSION_TYPE = 'parley-session+jwt';
const MANAGER_SUB = 'parley:manager';

const hashOf = (code: string) => new Uint8Array(createHash('sha256').update(code).digest());

/** keys: the one to sign with, and the one before, whose sessions go on. */
export function createSignIn({ db, keys }: { db: Db; keys: readonly [Uint8Array, ...Uint8Array[]] }) {
  const [key] = keys;
  async function verifySession(session: string | undefined): Promise<{ name: string; sid: string }> {
    if (!session) throw unauthenticated('Not signed in.');
    const claims = await verifyWithAny(session, keys, { typ: SESSION_TYPE, subject: 'manager' }).catch(() => undefined);
    if (!claims) throw unauthenticated('The session has ended.');
    return { name: String(claims.name), sid: String(claims.sid) };
  }

  return {
    /** Printed once, by whoever starts the server. */
    async createCode(): Promise<string> {
      const code = randomBytes(24).toString('base64url');
      await db.signInCode.deleteMany({ where: { expiresAt: { lt: new Date(Date.now() - CODE_MS) } } });
      await db.signInCode.create({
        data: { codeHash: hashOf(code), role: 'MANAGER', name: 'Manager', expiresAt: new Date(Date.now() + CODE_MS) },
      });
      return code;
    },

    /** Uses up a code. One statement decides, so that two browsers with one link cannot both come in. */
    async exchange(code: string): Promise<{ session: string; expiresAt: Date }> {
      const sid = randomUUID();
      const name = await inTx(db, async (tx) => {
        const codeHash = hashOf(code);
        const used = await tx.signInCode.updateMany({
          where: { codeHash, usedAt: null, expiresAt: { gt: new Date() } },
          data: { usedAt: new Date() },
        });
        if (used.count === 0)
          throw unauthenticated('This sign-in link was used already or has expired. Start Parley again for a new one.');
        const manager = await tx.participant.findUnique({ where: { externalId: MANAGER_SUB }, select: { id: true } });
        await recordAudit(tx, { action: 'SIGNED_IN', actorId: manager?.id ?? null, reference: sid });
        return (await tx.signInCode.findUniqueOrThrow({ where: { codeHash } })).name;
      });
      const expiresAt = new Date(Date.now() + SESSION_S * 1000);
      const session = await new SignJWT({ name, sid })
        .setProtectedHeader({ alg: 'HS256', typ: SESSION_TYPE })
        .setSubject('manager')
        .setIssuedAt()
        .setExpirationTime(expiresAt)
        .sign(key);
      return { session, expiresAt };
    },

    async bearer(session: string | undefined): Promise<{ token: string; expiresAt: Date }> {
      const { name, sid } = await verifySession(session);
      const token = await signToken(key, { sub: MANAGER_SUB, role: 'MANAGER', name, sid, expiresInSeconds: TOKEN_S });
      return { token, expiresAt: new Date(Date.now() + TOKEN_S * 1000) };
    },

    /** A customer and an agent of their own for every visit of the page Try it. */
    async tryIt(session: string | undefined) {
      await verifySession(session);
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

    sessionSeconds: SESSION_S,
  };
}
