import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Log } from './telemetry/log.ts';

/**
 * One pair of connections per process: a connection that subscribes can do nothing else.
 *
 * The publisher fails at once while Redis is away, because whoever publishes has the outbox to fall back on; waiting in
 * ioredis' offline queue would only hide that. The subscriber keeps its subscriptions and renews them when it is back.
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
  const subscriber = new Redis(url, { ...shared, maxRetriesPerRequest: null, keepAlive: 5_000 });
  insistOnSubscriptions(subscriber);
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

/** How soon subscriptions that Redis refused to renew are asked for again. */
const RENEW_AFTER_MS = 1_000;

/**
 * After a reconnect ioredis asks for all subscriptions with one command, whose answer it does not look at: refused (an ACL
 * that changed, a Redis that is still loading), it would be a rejection that nobody handles, which ends the process, and the
 * channels would be forgotten. Here it is asked again until it is granted; meanwhile the head sweep serves followers.
 */
function insistOnSubscriptions(subscriber: Redis): void {
  const subscribe = subscriber.subscribe.bind(subscriber);
  async function renew(channels: string[]): Promise<unknown> {
    for (;;) {
      try {
        return await subscribe(...channels);
      } catch {
        if (subscriber.status === 'end') return 0;
        await sleep(RENEW_AFTER_MS);
      }
    }
  }
  // Only ioredis itself gives a list; whoever subscribes to one channel hears of a refusal.
  subscriber.subscribe = ((...args: Parameters<typeof subscribe>) =>
    Array.isArray(args[0]) ? renew(args[0]) : subscribe(...args)) as typeof subscriber.subscribe;
}
