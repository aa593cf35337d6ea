import { LRUCache } from 'lru-cache';
import type { Db } from '../db.ts';
import type { Bus } from '../outbox/bus.ts';
import { type Participant, participantFields } from './participant.ts';

/** About 200 bytes each. */
const MAX_CACHED = 50_000;
/** How long another process's change may stay unseen if the bus loses the word of it. */
const CACHE_MS = 30_000;

export type ParticipantDirectory = {
  /** In the order of the ids; undefined for unknown ones. */
  load(ids: readonly string[]): Promise<(Participant | undefined)[]>;
  /** To be called by whoever changed a name or role, after the commit. */
  changed(participant: Participant): void;
};

/** Names and roles by id: asked for with every delivered message and almost never changed, so kept in memory. */
export function createParticipantDirectory({ db, bus }: { db: Db; bus: Bus }): ParticipantDirectory {
  const cache = new LRUCache<string, Participant>({ max: MAX_CACHED, ttl: CACHE_MS });
  bus.subscribe('participants', (message) => {
    if (message.type === 'participant changed') cache.delete(message.participantId);
  });
  return {
    async load(ids) {
      const missing = ids.filter((id) => !cache.has(id));
      if (missing.length > 0) {
        const found = await db.participant.findMany({ where: { id: { in: [...missing] } }, select: participantFields });
        const byId = new Map(found.map((participant) => [participant.id, participant]));
        for (const participant of found) cache.set(participant.id, participant);
        return ids.map((id) => byId.get(id) ?? cache.get(id));
      }
      return ids.map((id) => cache.get(id));
    },
    changed(participant) {
      bus.publish('participants', { type: 'participant changed', participantId: participant.id }).catch(() => {});
      cache.set(participant.id, participant);
    },
  };
}
