import type { Config } from './config.ts';
import { type Db, openDb } from './db.ts';
import { databaseErrorCode, isDatabaseAway, isTooLong } from './errors.ts';
import { type Repeating, repeat } from './repeat.ts';
import type { Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { readReplicaPosition, readWalPosition } from './wal-position-queries.ts';

/**
 * Reads that take long and that no promise depends on: key figures and what they are drawn from. With DATABASE_REPLICA_URL
 * they leave the primary to the messages. Who may see what is always asked of the primary, before.
 */
export type LongReads = Repeating & {
  /** On the replica while it is fresh; else, and where it gives up, on the primary. Only what may be done twice: reading. */
  run<T>(read: (db: Db) => Promise<T>): Promise<T>;
};

/** How often primary and replica are compared: what a replica is behind is known to within this. */
const COMPARE_EVERY_MS = 1_000;
/** Two for the managers who look, one to compare, one to spare: dashboards read one statement after the other. */
const REPLICA_POOL_SIZE = 4;

type Parts = { db: Db; config: Config; metrics: Metrics; log: Log; onError: (error: unknown) => void };

export function createLongReads({ db, config, metrics, log, onError }: Parts): LongReads {
  const url = config.DATABASE_REPLICA_URL;
  if (!url) return { run: (read) => read(db), start() {}, stop: async () => {} };
  const replica = openDb({ ...config, DATABASE_POOL_SIZE: REPLICA_POOL_SIZE }, url);
  const watch = watchFreshness({ db, replica, config, log });
  const comparing = repeat({ intervalMs: COMPARE_EVERY_MS, firstAfterMs: 0, enabled: true, onError }, watch.compare);

  return {
    async run(read) {
      if (watch.isFresh()) {
        try {
          const result = await read(replica);
          metrics.longReads({ from: 'replica' });
          return result;
        } catch (error) {
          if (!hasGivenUp(error)) throw error;
          watch.distrust(error);
        }
      }
      metrics.longReads({ from: 'primary' });
      return read(db);
    },
    start: comparing.start,
    async stop() {
      await comparing.stop();
      await replica.$disconnect();
    },
  };
}

/** What it replays has removed the rows that were being read. Not what takes too long: it would on the primary as well. */
const CONFLICT_WITH_RECOVERY = '40001';
const hasGivenUp = (error: unknown) =>
  databaseErrorCode(error) === CONFLICT_WITH_RECOVERY || (isDatabaseAway(error) && !isTooLong(error));

/**
 * How old is what the replica shows? Neither clock nor connection of the replica is asked, which may both be wrong: the
 * primary says where its log ends, again and again, and a replica that has replayed as far as it ended at some time is no
 * older than that.
 */
function watchFreshness({ db, replica, config, log }: { db: Db; replica: Db; config: Config; log: Log }) {
  const maxLagMs = config.DATABASE_REPLICA_MAX_LAG_MS;
  let ends: { at: number; position: number }[] = [];
  let upToDateAt = Number.NEGATIVE_INFINITY;
  let usable = true;

  function tell(isUsable: boolean, reason: string): void {
    if (usable === isUsable) return;
    usable = isUsable;
    if (isUsable) log.info('the replica serves long reads again');
    else log.warn({ reason }, 'long reads go to the primary');
  }
  const isFresh = () => Date.now() - upToDateAt <= maxLagMs;

  return {
    isFresh,
    distrust(error: unknown) {
      upToDateAt = Number.NEGATIVE_INFINITY;
      tell(false, String(error));
    },
    async compare() {
      const at = Date.now();
      const primary = await readWalPosition(db);
      ends = [...ends.filter((end) => at - end.at <= maxLagMs), { at, position: primary.position }];
      try {
        const { position, system } = await readReplicaPosition(replica);
        if (system !== primary.system) return this.distrust('it is a replica of another PostgreSQL');
        const newest = ends.findLast((end) => position !== null && end.position <= position);
        if (newest) upToDateAt = newest.at;
        tell(isFresh(), position === null ? 'it is no replica' : `it is more than ${maxLagMs} ms behind`);
      } catch (error) {
        // Also an answer that came too late says that it cannot be relied on.
        this.distrust(error);
      }
    },
  };
}
