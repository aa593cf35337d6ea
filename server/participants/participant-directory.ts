import type { Db } from '../db.ts';
import { createFreshCache } from '../fresh-cache.ts';
import { type Participant, participantFields } from './participant.ts';

/** About 200 bytes each. */
const MAX_CACHED = 50_000;
/** Changes are told within a second (auth/watch-access.ts); this bounds what a change past its triggers could cost. */
const CACHE_MS = 30_000;

export type KnownParticipant = Participant & {
  /** Tokens issued before this are refused; null: none is. */
  readonly tokensValidFrom: Date | null;
};

export type ParticipantDirectory = {
  /** In the order of the ids; undefined for unknown ones. */
  load(ids: readonly string[]): Promise<(KnownParticipant | undefined)[]>;
  /** The participant changed: what is known of them is read again. */
  forget(id: string): void;
};

/** Names and roles by id: asked for with every delivered message and almost never changed, so kept in memory. */
export function createParticipantDirectory({ db }: { db: Db }): ParticipantDirectory {
  const cache = createFreshCache<KnownParticipant>({
    max: MAX_CACHED,
    ttlMs: CACHE_MS,
    async read(ids) {
      const rows = await db.participant.findMany({
        where: { id: { in: [...ids] } },
        select: { ...participantFields, tokensValidFrom: true },
      });
      return new Map(rows.map((row) => [row.id, row]));
    },
  });
  return {
    async load(ids) {
      const found = await cache.load(ids);
      return ids.map((id) => found.get(id));
    },
    forget: cache.forget,
  };
}
