import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { parseRedisAddress, type RedisAddress } from './redis-address.ts';
import { nodesOf, subscribeToCluster } from './redis-cluster.ts';
import type { Log } from './telemetry/log.ts';

/**
 * One pair of connections per process: a connection that subscribes can do nothing else.
 *
 * The publisher fails at once while Redis is away, because whoever publishes has the outbox to fall back on; waiting in
 * ioredis' offline queue would only hide that. The subscriber waits until it is back.
 */
export type RedisPair = { publisher: Redis | Cluster; subscriber: Redis };

/** Longest wait for Redis to answer a command: a half-open connection must not hold the relay. */
const COMMAND_TIMEOUT_MS = 2_000;
/** Reconnects are tried this often at the least, so that a returned Redis is used again within a second. */
const RECONNECT_MAX_MS = 1_000;
/** Nodes and slots of a cluster are asked for this often, besides whenever a node says that they have changed. */
const CLUSTER_REFRESH_MS = 5_000;

/** After no answer for so long the connection is made anew: that it is half open nobody tells for a quarter of an hour. */
const SILENCE_MS = 3_000;

const reconnect = (attempt: number) => Math.min(50 * 2 ** attempt, RECONNECT_MAX_MS);
const common = { retryStrategy: reconnect, connectTimeout: 3_000 } satisfies RedisOptions;

const publishing = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: COMMAND_TIMEOUT_MS,
  socketTimeout: SILENCE_MS,
  enableAutoPipelining: true,
} satisfies RedisOptions;

const subscribing = {
  maxRetriesPerRequest: null,
  keepAlive: 5_000,
  // Its INFO is refused when a SUBSCRIBE, which may be sent before it, was faster: the connection would be given up.
  enableReadyCheck: false,
  // outbox/redis-channels does: ioredis asks for all in one command, and gives up when one is refused.
  autoResubscribe: false,
} satisfies RedisOptions;

export function openRedis(url: string, log: Log): RedisPair {
  const pair = openPair(parseRedisAddress(url)!);
  for (const [name, connection] of Object.entries(pair)) {
    let away = false;
    connection.on('error', (error: Error) => {
      if (!away)
        log.warn(
          { connection: name, reason: error.message },
          'Redis is away; events are kept and followers read PostgreSQL',
        );
      away = true;
    });
    connection.on('ready', () => {
      if (away) log.info({ connection: name }, 'Redis is back');
      away = false;
    });
  }
  return pair;
}

function openPair(address: RedisAddress): RedisPair {
  if (address.form === 'server') {
    const open = (options: RedisOptions) => new Redis(address.url, { ...common, ...options });
    return { publisher: open(publishing), subscriber: open(subscribing) };
  }
  const { nodes, username, password, tls } = address;
  const entrance = { username, password, ...(tls ? { tls: {} } : {}) };
  if (address.form === 'sentinel') {
    const { name, sentinelUsername, sentinelPassword } = address;
    const found: RedisOptions = {
      ...entrance,
      ...(tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
      sentinels: [...nodes],
      name,
      sentinelUsername,
      sentinelPassword,
      sentinelRetryStrategy: reconnect,
      // A sentinel that answers nothing must not be waited for while others would.
      sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
    };
    const open = (options: RedisOptions) => new Redis({ ...common, ...found, ...options });
    const publisher = open(publishing);
    const subscriber = open(subscribing);
    publisher.on('ready', () => {
      // One that was lost without a word keeps the connection of who only listens. ioredis has a detector for that, which ends
      // a connection for good when it speaks while that is just being made.
      if (subscriber.status === 'ready' && placeOf(subscriber) !== placeOf(publisher)) subscriber.disconnect(true);
    });
    return { publisher, subscriber };
  }
  const { enableOfflineQueue, ...eachNode } = publishing;
  const publisher = new Cluster([...nodes], {
    enableOfflineQueue,
    clusterRetryStrategy: reconnect,
    slotsRefreshInterval: CLUSTER_REFRESH_MS,
    // It asks for the node of a slot, and throws where no node has it just now.
    enableAutoPipelining: false,
    redisOptions: { ...entrance, ...eachNode, connectTimeout: common.connectTimeout },
  });
  const subscriber = subscribeToCluster(() => nodesOf(publisher, nodes), { ...common, ...entrance, ...subscribing });
  return { publisher, subscriber };
}

const placeOf = ({ stream }: Redis) => ('remotePort' in stream ? `${stream.remoteAddress}:${stream.remotePort}` : '');
