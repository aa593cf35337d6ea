import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import type { Bus } from '../outbox/bus.ts';
import { repeat } from '../repeat.ts';
import { deleteOldAccessChanges, readAccessChanges } from './access-queries.ts';

/**
 * Tells this process who lost or changed what they may do: a name or role that changed, a participant who was revoked or
 * deleted, a session or a membership that ended. By the bus at once, and by a sweep over access_change twice a second, so
 * that it holds without Redis; the rows are written by triggers, so it holds for changes by hand as well.
 *
 * Rows are asked for by the transaction that wrote them: whatever the last sweep could not see has an id at or above the
 * oldest that was running then. Nothing depends on clocks, and nothing is missed when a transaction commits late.
 */
export type AccessChange = {
  readonly participantId: string;
  /** The conversation that they have left; null: everything about them is to be looked at again. */
  readonly conversationId: string | null;
};
export type AccessListener = (change: AccessChange) => Promise<void> | void;
export type AccessWatch = {
  /** Listeners are called in the order in which they came. One that fails is called again by the next sweep. */
  onChange(listener: AccessListener): void;
  /** By whoever changed something, after the commit. */
  tell(participantId: string): void;
  /** Resolves when no later change can be missed. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Rows are kept for a day: a process that is cut off from PostgreSQL for longer has no valid caches or tokens left. */
const CLEAN_UP_MS = 3_600_000;

type Parts = { db: Db; bus: Bus; config: Config; onError: (error: unknown) => void };

export function createAccessWatch({ db, bus, config, onError }: Parts): AccessWatch {
  const listeners: AccessListener[] = [];
  let since: bigint | undefined;
  let handled = new Set<bigint>();
  let cleanUp: NodeJS.Timeout | undefined;

  async function changed(change: AccessChange): Promise<void> {
    for (const listener of listeners) await listener(change);
  }

  async function sweep(): Promise<void> {
    const { horizon, changes } = await readAccessChanges(db, since!);
    // A long transaction holds the horizon back, and the rows above it come again.
    for (const { id, ...change } of changes) if (!handled.has(id)) await changed(change);
    handled = new Set(changes.map(({ id }) => id));
    since = horizon;
  }

  const sweeping = repeat(
    { intervalMs: config.ACCESS_SWEEP_INTERVAL_MS, enabled: config.ACCESS_SWEEP, onError },
    sweep,
  );

  bus.subscribe('participants', (message) => {
    if (message.type === 'participant changed')
      changed({ participantId: message.participantId, conversationId: null }).catch(onError);
  });

  return {
    onChange: (listener) => void listeners.push(listener),
    tell(participantId) {
      bus.publish('participants', { type: 'participant changed', participantId }).catch(() => {}); // the sweep finds it
    },
    async start() {
      since = (await readAccessChanges(db, undefined)).horizon;
      sweeping.start();
      cleanUp = setInterval(() => deleteOldAccessChanges(db).catch(onError), CLEAN_UP_MS).unref();
    },
    async stop() {
      clearInterval(cleanUp);
      await sweeping.stop();
    },
  };
}
