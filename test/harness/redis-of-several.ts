import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';
import { range } from './range.ts';
import { freePort, startRedis, type TestRedis } from './redis.ts';

/** Redis that survives the loss of a server. */
export type RedisOfSeveral = {
  /** As REDIS_URL. */
  readonly url: string;
  readonly servers: readonly TestRedis[];
  close(): Promise<void>;
};

const NAME = 'chat';
/** Silent for so long, a server counts as lost. */
const LOST_AFTER_MS = 2_000;

export type WatchedRedis = RedisOfSeveral & {
  /** The primary, then its replica. */
  readonly servers: readonly [TestRedis, TestRedis];
  readonly sentinels: readonly TestRedis[];
};

/** A primary and its replica, watched by three sentinels, of which two must agree. */
export async function startWatchedRedis(): Promise<WatchedRedis> {
  const primary = await startRedis();
  const replica = await startRedis(['--replicaof', '127.0.0.1', String(primary.port)]);
  const settings = `sentinel monitor ${NAME} 127.0.0.1 ${primary.port} 2
sentinel down-after-milliseconds ${NAME} ${LOST_AFTER_MS}
sentinel failover-timeout ${NAME} 10000
`;
  const sentinels = await Promise.all(range(1, 3).map(() => startRedis([], settings)));
  // They find each other and the replica by way of the primary.
  for (const sentinel of sentinels) {
    await eventually('the sentinels know each other, and the replica', async () => {
      const [others, replicas] = await Promise.all([
        sentinel.run('SENTINEL', 'SENTINELS', NAME) as Promise<unknown[]>,
        sentinel.run('SENTINEL', 'REPLICAS', NAME) as Promise<string[][]>,
      ]);
      const linked = replicas.some((one) => one[one.indexOf('master-link-status') + 1] === 'ok');
      return others.length === 2 && linked;
    });
  }
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${NAME}`,
    servers: [primary, replica],
    sentinels,
    close: async () => void (await Promise.all([...sentinels, primary, replica].map((server) => server.close()))),
  };
}

/** Three primaries with a replica each. The URL names two of them. */
export async function startRedisCluster(): Promise<RedisOfSeveral> {
  const servers = await Promise.all(
    range(1, 6).map(async () => {
      const bus = String(await freePort());
      return startRedis([
        '--repl-diskless-sync-delay',
        '0',
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        bus,
        '--cluster-node-timeout',
        String(LOST_AFTER_MS),
      ]);
    }),
  );
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
  await promisify(execFile)('redis-cli', [
    '--cluster',
    'create',
    ...addresses,
    '--cluster-replicas',
    '1',
    '--cluster-yes',
  ]);
  for (const server of servers) {
    await eventually('the cluster is whole, and its replicas have all', async () => {
      const info = `${await server.run('CLUSTER', 'INFO')}${await server.run('INFO', 'replication')}`;
      return info.includes('cluster_state:ok') && /role:master|master_link_status:up/.test(info);
    });
  }
  return {
    url: `redis+cluster://${addresses.slice(0, 2).join(',')}`,
    servers,
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  };
}
