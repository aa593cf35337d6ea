import type { Cluster, Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { detached } from '../telemetry/message-trace.ts';
import type { PointWindow } from './point-window.ts';

/** How far behind the other processes' spending may be, in ms: what it costs not to wait for Redis with each message. */
const TELL_EVERY_MS = 200;

/**
 * Adds up in Redis what all processes have spent, a few times a second and only for keys with news. While Redis is away each
 * process limits by what it has seen itself: nothing is refused, and nothing waits, because of that.
 */
export function tellPoints({
  redis,
  windows,
}: {
  redis: Redis | Cluster;
  windows: Readonly<Record<string, PointWindow>>;
}): {
  stop(): void;
} {
  const tellers = Object.entries(windows).map(([name, points]) => ({
    points,
    counter: new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `parley:limit:${name}`,
      // Only adds up; who may spend is decided by the window.
      points: Number.MAX_SAFE_INTEGER,
      duration: Math.ceil(points.windowMs / 1000),
      rejectIfRedisNotReady: true,
    }),
  }));

  function tell(): void {
    for (const { points, counter } of tellers) {
      const { window, spent } = points.takeUntold();
      for (const [key, n] of spent) {
        counter.penalty(`${window}:${key}`, n).then(
          ({ consumedPoints }) => points.learn(window, key, consumedPoints),
          () => {}, // Redis is away: what this process knows is enough to go on
        );
      }
    }
  }
  const timer = detached(() => setInterval(tell, TELL_EVERY_MS).unref());
  return { stop: () => clearInterval(timer) };
}
