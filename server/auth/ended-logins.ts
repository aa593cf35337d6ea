import type { Db } from '../db.ts';
import { createFreshCache } from '../fresh-cache.ts';

/** Logins that were ended while tokens of theirs may still be valid otherwise: next to none, for next to nobody. */
export type EndedLogins = {
  of(participantId: string): Promise<ReadonlySet<string>>;
  forget(participantId: string): void;
};

/** An identity provider may go on issuing tokens with the `sid` of a session that was ended here: for as long as its own lasts. */
const REMEMBERED_MS = 30 * 24 * 3_600_000;
const MAX_CACHED = 50_000;
/** As for participants: changes are told, this bounds what a missed one costs. */
const CACHE_MS = 30_000;

export function createEndedLogins({ db }: { db: Db }): EndedLogins {
  const cache = createFreshCache<ReadonlySet<string>>({
    max: MAX_CACHED,
    ttlMs: CACHE_MS,
    async read(ids) {
      const sessions = await db.session.findMany({
        where: {
          participantId: { in: [...ids] },
          endedAt: { not: null },
          OR: [{ expiresAt: { gt: new Date() } }, { endedAt: { gt: new Date(Date.now() - REMEMBERED_MS) } }],
        },
        select: { participantId: true, logins: true },
      });
      const ended = new Map(ids.map((id) => [id, new Set<string>()]));
      for (const { participantId, logins } of sessions)
        for (const login of logins) ended.get(participantId)!.add(Buffer.from(login).toString('base64url'));
      return ended;
    },
  });
  return {
    of: async (participantId) => (await cache.load([participantId])).get(participantId)!,
    forget: cache.forget,
  };
}
