import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import type { PresenceListener, PresenceSource } from '../delivery/conversation-follower.ts';
import type { Bus } from '../outbox/bus.ts';
import { repeat } from '../repeat.ts';
import { readOnline } from './presence-queries.ts';

/**
 * Who is online among those that this process's followers care about, whichever process they are connected to. Changes
 * come over the bus; a sweep finds those that it lost, and those whose process died.
 */
export type PresenceBoard = PresenceSource & { start(): void; stop(): Promise<void> };

type Parts = { db: Db; bus: Bus; config: Config; onError: (error: unknown) => void };
/** Enough for one statement; presence is read for many participants at once. */
const SWEEP_BATCH = 5_000;

export function createPresenceBoard({ db, bus, config, onError }: Parts): PresenceBoard {
  const watched = new Map<string, { online: boolean; listeners: Set<PresenceListener> }>();

  function learn(participantId: string, online: boolean) {
    const entry = watched.get(participantId);
    if (!entry || entry.online === online) return;
    entry.online = online;
    for (const listener of entry.listeners) listener.presenceChanged(participantId, online);
  }

  async function refresh(participantIds: readonly string[]): Promise<void> {
    const online = await readOnline(db, participantIds);
    for (const id of participantIds) {
      if (!watched.has(id)) watched.set(id, { online: online.has(id), listeners: new Set() });
      else learn(id, online.has(id));
    }
  }

  async function sweep(): Promise<void> {
    const ids = [...watched.keys()];
    for (let from = 0; from < ids.length; from += SWEEP_BATCH) await refresh(ids.slice(from, from + SWEEP_BATCH));
    // What nobody came to watch after it was looked up.
    for (const [id, { listeners }] of watched) if (listeners.size === 0) watched.delete(id);
  }

  const sweeping = repeat({ intervalMs: config.HEAD_SWEEP_INTERVAL_MS, enabled: config.HEAD_SWEEP, onError }, sweep);

  bus.onGap(() => void sweep().catch(onError));
  bus.subscribe('presence', (message) => {
    if (message.type === 'presence') learn(message.participantId, message.online);
  });

  return {
    refresh,
    isOnline: (participantId) => watched.get(participantId)?.online ?? false,
    watch(participantId, listener) {
      const entry = watched.get(participantId) ?? { online: false, listeners: new Set() };
      watched.set(participantId, entry);
      entry.listeners.add(listener);
      return entry.online;
    },
    unwatch(participantId, listener) {
      const entry = watched.get(participantId);
      entry?.listeners.delete(listener);
      if (entry?.listeners.size === 0) watched.delete(participantId);
    },
    start: () => sweeping.start(),
    stop: () => sweeping.stop(),
  };
}
