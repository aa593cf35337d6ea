import { createHash, randomBytes } from 'node:crypto';
import { type Db, inTx } from '../db.ts';
import { unauthenticated } from '../errors.ts';
import { type DashboardSessions, MANAGER_SUB, type NewSession } from './dashboard-session.ts';

/** Sign-in by a link that is printed by whoever starts the server. It carries a code that works once. */
export type SignIn = ReturnType<typeof createSignIn>;

const CODE_MS = 15 * 60_000;

const hashOf = (code: string) => new Uint8Array(createHash('sha256').update(code).digest());

/** For a new link. */
export async function createSignInCode(db: Db): Promise<string> {
  const code = randomBytes(24).toString('base64url');
  await db.signInCode.deleteMany({ where: { expiresAt: { lt: new Date(Date.now() - CODE_MS) } } });
  await db.signInCode.create({
    data: { codeHash: hashOf(code), role: 'MANAGER', name: 'Manager', expiresAt: new Date(Date.now() + CODE_MS) },
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
          throw unauthenticated('This sign-in link was used already or has expired. Start Parley again for a new one.');
        const { name } = await tx.signInCode.findUniqueOrThrow({ where: { codeHash } });
        return sessions.begin(tx, { externalId: MANAGER_SUB, name });
      }),
  };
}
