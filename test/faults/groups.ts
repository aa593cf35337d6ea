import { badLine } from './network/bad-line.ts';
import { cutMidFrame } from './network/cut-mid-frame.ts';
import { garbage } from './network/garbage.ts';
import { halfOpenClient } from './network/half-open-client.ts';
import { storm } from './network/storm.ts';
import { deadlock } from './postgres/deadlock.ts';
import { diskFull } from './postgres/disk-full.ts';
import { poolExhausted } from './postgres/pool-exhausted.ts';
import { postgresCrash } from './postgres/postgres-crash.ts';
import { postgresFrozen } from './postgres/postgres-frozen.ts';
import { postgresPartition } from './postgres/postgres-partition.ts';
import { postgresRestart } from './postgres/postgres-restart.ts';
import { readOnly } from './postgres/read-only.ts';
import { terminateBackends } from './postgres/terminate-backends.ts';
import { clockJump } from './processes/clock-jump.ts';
import { frozenProcess } from './processes/frozen-process.ts';
import { killAfterCommit } from './processes/kill-after-commit.ts';
import { killBeforeCommit } from './processes/kill-before-commit.ts';
import { killRelayAfterPublish } from './processes/kill-relay-after-publish.ts';
import { killRelayWithClaims } from './processes/kill-relay-with-claims.ts';
import { killUnderLoad } from './processes/kill-under-load.ts';
import { racingRelays } from './processes/racing-relays.ts';
import { rollingSigterm } from './processes/rolling-sigterm.ts';
import { awayForLong } from './readers/away-for-long.ts';
import { collectorHangs } from './readers/collector-hangs.ts';
import { lateAcknowledgements } from './readers/late-acknowledgements.ts';
import { parallelRetries } from './readers/parallel-retries.ts';
import { poisonRow } from './readers/poison-row.ts';
import { stuckReader } from './readers/stuck-reader.ts';
import { subscribeWhilePouring } from './readers/subscribe-while-pouring.ts';
import { killSubscribers } from './redis/kill-subscribers.ts';
import { redisGone } from './redis/redis-gone.ts';
import { redisHalfOpen } from './redis/redis-half-open.ts';
import { redisRefuses } from './redis/redis-refuses.ts';
import { redisSlow } from './redis/redis-slow.ts';
import { subscriberLate } from './redis/subscriber-late.ts';
import type { Scenario } from './scenario.ts';
import type { WorldOptions } from './world.ts';

/** Scenarios of one kind, that share a world. */
export type Group = { readonly name: string; readonly scenarios: readonly Scenario[]; readonly world?: WorldOptions };

export const groups = {
  processes: {
    name: 'processes',
    scenarios: [
      killAfterCommit,
      killBeforeCommit,
      killUnderLoad,
      killRelayAfterPublish,
      killRelayWithClaims,
      racingRelays,
      rollingSigterm,
      frozenProcess,
      clockJump,
    ],
  },
  redis: {
    name: 'Redis',
    scenarios: [redisGone, subscriberLate, killSubscribers, redisRefuses, redisSlow, redisHalfOpen],
  },
  postgres: {
    name: 'PostgreSQL',
    world: { ownPostgres: true },
    scenarios: [
      postgresRestart,
      postgresCrash,
      postgresFrozen,
      postgresPartition,
      terminateBackends,
      poolExhausted,
      deadlock,
      readOnly,
      diskFull,
    ],
  },
  network: { name: 'network', scenarios: [halfOpenClient, cutMidFrame, badLine, garbage, storm] },
  readers: {
    name: 'readers and writers',
    scenarios: [
      parallelRetries,
      subscribeWhilePouring,
      awayForLong,
      stuckReader,
      lateAcknowledgements,
      collectorHangs,
      poisonRow,
    ],
  },
} satisfies Record<string, Group>;
