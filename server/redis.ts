import { Redis } from 'ioredis';
import type { Log } from './telemetry/log.ts';

/**
 * One pair of connections per process: a connection that subscribes can do nothing else.
 *
 * The publisher fails at once while Redis is away, because whoever publishes has the outbox to fall back on; waiting in
 * ioredis' offline queue would only hide that. The subscriber waits until it is back.
 */
export type RedisPair = { publisher: Redis; subscriber: Redis };

/** Longest wait for Redis to answer a command: a half-open connection must not hold the relay. */
const COMMAND_TIMEOUT_MS = 2_000;
/** Reconnects are tried this often at the least, so that a returned Redis is used again within a second. */
const RECONNECT_MAX_MS = 1_000;

export function openRedis(url: string, log: Log): RedisPair {
  const shared = {
    retryStrategy: (attempt: number) => Math.min(50 * 2 ** attempt, RECONNECT_MAX_MS),
    connectTimeout: 3_000,
  };
  const publisher = new Redis(url, {
    ...shared,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableAutoPipelining: true,
  });
  const subscriber = new Redis(url, {
    ...shared,
    maxRetriesPerRequest: null,
    keepAlive: 5_000,
    // Its INFO is refused when a SUBSCRIBE, which may be sent before it, was faster: the connection would be given up.
    enableReadyCheck: false,
    // outbox/redis-channels does: ioredis asks for all in one command, and gives up when one is refused.
    autoResubscribe: false,
  });
  for (const [name, connection] of Object.entries({ publisher, subscriber })) {
    let away = false;
    connection.on('error', (error) => {
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
  return { publisher, subscriber };
}
