import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import type { Bus } from '../outbox/bus.ts';
import { detached } from '../telemetry/message-trace.ts';
import { deleteExpiredPresence, endPresence, readOnline, renewPresence } from './presence-queries.ts';

/**
 * Says who is online because of this process: whoever has an authenticated socket here. Kept in PostgreSQL with a time to
 * live, so that it is right with and without Redis and heals when a process dies; changes go over the bus.
 */
export type PresenceTracker = {
  /** Returns what to call when the socket is closed. */
  opened(participantId: string): () => void;
  /** Open sockets of this process. */
  sockets(): number;
  start(): void;
  stop(): Promise<void>;
};

type Parts = { db: Db; bus: Bus; config: Config; processId: string; onError: (error: unknown) => void };

export function createPresenceTracker({ db, bus, config, processId, onError }: Parts): PresenceTracker {
  const sockets = new Map<string, number>();
  const leaving = new Map<string, NodeJS.Timeout>();
  let heartbeat: NodeJS.Timeout | undefined;

  const tell = (participantId: string, online: boolean) =>
    bus.publish('presence', { type: 'presence', participantId, online }).catch(() => {}); // the sweep finds it

  async function arrived(participantId: string): Promise<void> {
    await renewPresence(db, processId, [participantId], config.PRESENCE_TTL_MS);
    await tell(participantId, true);
  }

  async function left(participantId: string): Promise<void> {
    await endPresence(db, processId, [participantId]);
    if (sockets.has(participantId)) return arrived(participantId); // back while this was under way
    if (!(await readOnline(db, [participantId])).has(participantId)) await tell(participantId, false);
  }

  return {
    opened(participantId) {
      const open = sockets.get(participantId) ?? 0;
      sockets.set(participantId, open + 1);
      const grace = leaving.get(participantId);
      clearTimeout(grace);
      leaving.delete(participantId);
      if (open === 0 && !grace) detached(() => arrived(participantId).catch(onError));
      let closed = false;
      return () => {
        if (closed) return;
        closed = true;
        const rest = sockets.get(participantId)! - 1;
        if (rest > 0) return void sockets.set(participantId, rest);
        sockets.delete(participantId);
        const timer = detached(() =>
          setTimeout(() => {
            leaving.delete(participantId);
            left(participantId).catch(onError);
          }, config.PRESENCE_GRACE_MS),
        );
        leaving.set(participantId, timer);
      };
    },
    sockets: () => [...sockets.values()].reduce((sum, open) => sum + open, 0),
    start() {
      heartbeat = setInterval(() => {
        const here = [...sockets.keys(), ...leaving.keys()];
        if (here.length > 0) renewPresence(db, processId, here, config.PRESENCE_TTL_MS).catch(onError);
        deleteExpiredPresence(db).catch(onError);
      }, config.PRESENCE_TTL_MS / 3);
    },
    async stop() {
      clearInterval(heartbeat);
      const here = [...sockets.keys(), ...leaving.keys()];
      for (const timer of leaving.values()) clearTimeout(timer);
      leaving.clear();
      sockets.clear();
      if (here.length === 0) return;
      await endPresence(db, processId, here).catch(onError);
      const elsewhere = await readOnline(db, here).catch(() => new Set(here));
      await Promise.all(here.filter((id) => !elsewhere.has(id)).map((id) => tell(id, false)));
    },
  };
}
