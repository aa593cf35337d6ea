import type { Db } from '../db.ts';
import { repeat } from '../repeat.ts';
import type { Log } from '../telemetry/log.ts';
import { type SlowMessage, writeSlowMessages } from './slow-message-queries.ts';

/**
 * The slowest messages of each hour that this process stored, so that whoever sees a slow day finds out which they were
 * without a look at all. A crash costs the last fifteen seconds of them.
 */
export type SlowMessages = {
  /** `sentToStoredMs` is null where the sender's clock says nothing. */
  note(messageId: string, took: { sentToStoredMs: number | null; acceptedToStoredMs: number }): void;
  start(): void;
  /** Writes what is left. */
  stop(): Promise<void>;
};

const HOUR_MS = 3_600_000;
const WRITE_INTERVAL_MS = 15_000;
/** Of each hour and process: two years are 175,000 rows. */
const KEPT = 10;
/** While PostgreSQL is away; beyond a day the oldest hours are given up. */
const MAX_WAITING_HOURS = 24;

type Hour = { readonly startsAt: number; slowest: SlowMessage[]; changed: boolean };
type Parts = { db: Db; processId: string; clock?: () => number; log: Log };

export function createSlowMessages({ db, processId, clock = Date.now, log }: Parts): SlowMessages {
  let current: Hour = { startsAt: 0, slowest: [], changed: false };
  /** Finished hours that are not in the database yet, oldest first. */
  const waiting: Hour[] = [];

  /** Never an earlier one than before, also when the clock is set back. */
  function now(): Hour {
    const startsAt = Math.floor(clock() / HOUR_MS) * HOUR_MS;
    if (startsAt > current.startsAt) {
      if (current.changed) waiting.push(current);
      if (waiting.length > MAX_WAITING_HOURS) waiting.shift();
      current = { startsAt, slowest: [], changed: false };
    }
    return current;
  }

  async function write(hour: Hour): Promise<void> {
    hour.changed = false;
    try {
      await writeSlowMessages(db, { hour: new Date(hour.startsAt), processId }, hour.slowest);
    } catch (error) {
      hour.changed = true;
      throw error;
    }
  }

  async function writeAll(): Promise<void> {
    now();
    for (let hour = waiting[0]; hour; hour = waiting[0]) {
      await write(hour);
      if (waiting[0] === hour) waiting.shift();
    }
    if (current.changed) await write(current);
  }

  const onError = (err: unknown) => log.warn({ err }, 'slow messages cannot be stored; they are tried again');
  const writing = repeat({ intervalMs: WRITE_INTERVAL_MS, enabled: true, onError }, writeAll);

  return {
    note(messageId, took) {
      const hour = now();
      const tookMs = took.sentToStoredMs ?? took.acceptedToStoredMs;
      const least = hour.slowest.at(-1);
      if (hour.slowest.length === KEPT && tookMs <= least!.tookMs) return;
      const slower = hour.slowest.filter((other) => other.tookMs >= tookMs);
      const quicker = hour.slowest.slice(slower.length);
      hour.slowest = [...slower, { messageId, tookMs, ...took }, ...quicker].slice(0, KEPT);
      hour.changed = true;
    },
    start: () => writing.start(),
    async stop() {
      await writing.stop();
      await writeAll().catch(onError);
    },
  };
}
