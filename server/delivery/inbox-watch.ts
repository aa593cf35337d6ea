import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import type { Bus } from '../outbox/bus.ts';
import { repeat } from '../repeat.ts';
import { readActive } from './delivery-queries.ts';

/**
 * Tells inboxes of conversations that they may not be following: joined a moment ago, or closed and now active again. By
 * the bus at once, and by a sweep over what was active lately, because the bus may lose it.
 */
export type InboxWatch = {
  /** Returns how to stop. */
  watch(participantId: string, tell: (conversationId: string) => void): () => void;
  start(): void;
  stop(): Promise<void>;
};

/** Looks back further than the last sweep by this much: a transaction may commit later than the time it wrote. */
const OVERLAP_MS = 15_000;

type Parts = { db: Db; bus: Bus; config: Config; onError: (error: unknown) => void };

export function createInboxWatch({ db, bus, config, onError }: Parts): InboxWatch {
  const watched = new Map<string, Set<(conversationId: string) => void>>();
  let sweptAt = performance.now();

  async function sweep(): Promise<void> {
    const startedAt = performance.now();
    const lookBackMs = Math.ceil(startedAt - sweptAt) + OVERLAP_MS;
    if (watched.size > 0) {
      for (const { participantId, conversationId } of await readActive(db, [...watched.keys()], lookBackMs)) {
        for (const tell of watched.get(participantId) ?? []) tell(conversationId);
      }
    }
    sweptAt = startedAt;
  }

  const sweeping = repeat({ intervalMs: config.HEAD_SWEEP_INTERVAL_MS, enabled: config.HEAD_SWEEP, onError }, sweep);

  return {
    watch(participantId, tell) {
      const subscription = bus.subscribe(`inbox:${participantId}`, (message) => {
        if (message.type === 'inbox') tell(message.conversationId);
      });
      const tellers = watched.get(participantId) ?? new Set();
      watched.set(participantId, tellers.add(tell));
      return () => {
        subscription.stop();
        tellers.delete(tell);
        if (tellers.size === 0) watched.delete(participantId);
      };
    },
    start: () => sweeping.start(),
    stop: () => sweeping.stop(),
  };
}
