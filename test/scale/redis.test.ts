import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../../server/config.ts';
import { createRateLimits } from '../../server/rate-limit/rate-limits.ts';
import { openRedis } from '../../server/redis.ts';
import { createLog } from '../../server/telemetry/log.ts';
import { eventually } from '../harness/eventually.ts';
import { openLab } from '../harness/lab.ts';
import { meet, pour } from '../harness/meet.ts';
import { range } from '../harness/range.ts';
import type { TestRedis } from '../harness/redis.ts';
import { type RedisOfSeveral, startRedisCluster, startWatchedRedis } from '../harness/redis-of-several.ts';

/** Only by Redis does a follower learn of anything; what could not be published is tried again. */
const env = { HEAD_SWEEP: 'off', LOG_LEVEL: 'fatal' };

/** Two servers on it, both sending, both followed; then it loses servers, and goes on. */
async function outlives(t: TestContext, redis: RedisOfSeveral, lose: () => Promise<void>) {
  const lab = await openLab(t);
  // After the servers: hooks run in the order of their registration.
  t.after(() => redis.close());
  const [here, there] = [
    await lab.startInProcess({ ...env, REDIS_URL: redis.url }),
    await lab.startInProcess({ ...env, REDIS_URL: redis.url }),
  ];
  const limits = shareLimits(t, redis);
  const { cleo, elsewhere, history, devices } = await meet(t, here, there);
  await limits.addUp();

  using pouring = pour(history, cleo, elsewhere);
  const someMore = async () => {
    const seq = (history.acknowledged.at(-1)?.seq ?? 0) + 20;
    for (const { frames } of Object.values(devices)) await frames.seq(seq);
  };
  await someMore();
  await lose();
  await someMore();
  await limits.addUp();
  await someMore();
  await pouring.stop();
  await history.judge(lab.database, devices);
}

/** What two processes limit together. */
function shareLimits(t: TestContext, { url }: RedisOfSeveral) {
  const config = loadConfig({});
  const both = range(1, 2).map(() => {
    const { publisher, subscriber } = openRedis(url, createLog({ LOG_LEVEL: 'silent' }));
    const limits = createRateLimits({ config, redis: publisher, onRefused: () => {} });
    t.after(() => {
      limits.stop();
      publisher.disconnect();
      subscriber.disconnect();
    });
    return limits;
  });
  const rate = 'visits_per_address';
  const most = Math.ceil(config.LIMIT_VISITS_PER_ADDRESS * 0.6);
  return {
    /** Twice six tenths are more than there are, for keys all over the place. */
    async addUp() {
      await Promise.all(range(1, 20).map(() => eventually('it is known what both have spent', addedUp, 60_000)));
    },
  };

  /** What is told while Redis is away is not told again: then it takes another key. */
  async function addedUp(): Promise<boolean> {
    const key = randomUUID();
    for (const limits of both) limits.charge(rate, key, most);
    // Whoever told last has heard of both.
    const isKnown = () => both.some((limits) => limits.isSpent(rate, key));
    return eventually('one of them knows', isKnown, 3_000).catch(() => false);
  }
}

test('D4 and limits: Redis by Sentinel loses its primary, and a sentinel with it', async (t) => {
  const redis = await startWatchedRedis();
  const [primary, replica] = redis.servers;
  await outlives(t, redis, async () => {
    await Promise.all([primary.stop(), redis.sentinels[0]!.stop()]);
    // The sentinels end all its connections when they promote it, ours too.
    await eventually('the replica is the primary', async () => {
      const [role] = (await replica.run('ROLE').catch(() => [])) as string[];
      return role === 'master';
    });
    await eventually('the servers have found it', async () => (await listeners(replica).catch(() => 0)) >= 2);
  });
});

test('D4 and limits: Redis Cluster loses the node that a server listens to', async (t) => {
  const redis = await startRedisCluster();
  await outlives(t, redis, async () => {
    const counts = await Promise.all(redis.servers.map(listeners));
    const lost = redis.servers[counts.findIndex((count) => count > 0)]!;
    const others = redis.servers.filter((server) => server !== lost);
    await lost.stop();
    await eventually('both listen elsewhere', async () => {
      const now = await Promise.all(others.map(listeners));
      return now.reduce((sum, count) => sum + count, 0) >= 2;
    });
    // Its slots, where it had any, are its replica's then.
    await eventually('the cluster has noticed, and is whole again', async () => {
      const nodes = String(await others[0]!.run('CLUSTER', 'NODES')).split('\n');
      const isNoticed = nodes.some((line) => line.includes(`:${lost.port}@`) && /\bfail\b(?!\?)/.test(line));
      return isNoticed && String(await others[0]!.run('CLUSTER', 'INFO')).includes('cluster_slots_ok:16384');
    });
  });
});

/** How many servers of ours listen to it. */
async function listeners(redis: TestRedis): Promise<number> {
  const channels = (await redis.run('PUBSUB', 'CHANNELS', 'parley:*')) as string[];
  if (channels.length === 0) return 0;
  const [, count] = (await redis.run('PUBSUB', 'NUMSUB', 'parley:participants')) as [string, number];
  assert.ok(count <= 2);
  return count;
}
