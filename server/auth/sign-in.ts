import { createHash, randomBytes } from 'node:crypto';
import { type Db, inTx } from '../db.ts';
import { unauthenticated } from '../errors.ts';
import { type DashboardSessions, type DashboardUser, MANAGER_SUB, type NewSession } from './dashboard-session.ts';

/** Sign-in by a link, printed where the server starts or by `npm run sign-in-link`. It carries a code that works once. */
export type SignIn = ReturnType<typeof createSignIn>;

const CODE_MS = 15 * 60_000;

const hashOf = (code: string) => new Uint8Array(createHash('sha256').update(code).digest());

const manager = { role: 'MANAGER', externalId: null, name: 'Manager' } as const;

/** For a new link: by default a manager's, who is nobody in particular. */
export async function createSignInCode(db: Db, user: DashboardUser | typeof manager = manager): Promise<string> {
  const code = randomBytes(24).toString('base64url');
  await db.signInCode.create({
    data: { ...user, codeHash: hashOf(code), expiresAt: new Date(Date.now() + CODE_MS) },
  });
  return code;
}

export function createSignIn({ db, sessions }: { db: Db; sessions: DashboardSessions }) {
  return {
    createCode: () => createSignInCode(db),

    /** Uses up a code. One statement decides, so that two browsers with one link cannot both come in. */
    exchange: (code: string): Promise<NewSession> =>
      inTx(db, async (tx) => {
        const codeHash = hashOf(code);
        const used = await tx.signInCode.updateMany({
          where: { codeHash, usedAt: null, expiresAt: { gt: new Date() } },
          data: { usedAt: new Date() },
        });
        if (used.count === 0)
          throw unauthenticated('This sign-in link was used already or has expired. Ask for a new one.');
        const { role, externalId, name } = await tx.signInCode.findUniqueOrThrow({ where: { codeHash } });
        if (role === 'CUSTOMER') throw unauthenticated('The dashboard is not for customers.');
        return sessions.begin(tx, { role, externalId: externalId ?? MANAGER_SUB, name });
      }),
  };
}
