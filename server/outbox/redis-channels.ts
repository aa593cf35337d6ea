import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Log } from '../telemetry/log.ts';

/**
 * Redis as RedisPubSub wants it, and the channels that must be heard: each is asked for until Redis lets us, at the start
 * and after every return. One that is refused (by an ACL that came too late, say) is tried again and again, and the others
 * are not lost with it, as they are when ioredis asks for all in one command. Meanwhile the head sweep serves it.
 *
 * RedisPubSub never hears of a failure: it would be left with a rejection that nobody can handle, which ends the process,
 * and would never ask again.
 */
export type RedisChannels = {
  /** For RedisPubSub. */
  readonly subscriber: Redis;
  /** Returns how to stop; whoever counts on a channel says so before they subscribe to it. */
  want(channel: string): () => void;
  /** Asks for all that is wanted again; ends when Redis has answered. */
  renew(): Promise<void>;
  stop(): void;
};

/** Channels asked for by one command. */
const BATCH = 500;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

type Parts = {
  subscriber: Redis;
  log: Log;
  /** A channel that was refused after a return is heard again: what passed meanwhile is lost. */
  onLate: () => void;
};

export function openRedisChannels({ subscriber, log, onLate }: Parts): RedisChannels {
  const wanted = new Map<string, number>();
  const asking = new Map<string, PromiseWithResolvers<void>>();
  const stopped = new AbortController();

  /** Ends when it is heard, by whichever command, or nobody wants it any more. One at a time for each channel. */
  function ask(channel: string): Promise<void> {
    const known = asking.get(channel);
    if (known) return known.promise;
    const asked = Promise.withResolvers<void>();
    asking.set(channel, asked);
    void askPatiently(channel).then(() => answered(channel, asked));
    return asked.promise;
  }

  function answered(channel: string, asked = asking.get(channel)): void {
    if (asking.get(channel) === asked) asking.delete(channel);
    asked?.resolve();
  }

  async function askPatiently(channel: string): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; wanted.has(channel); pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        await subscriber.subscribe(channel);
        return;
      } catch (error) {
        if (stopped.signal.aborted) return;
        if (pauseMs === FIRST_PAUSE_MS) log.warn({ channel, reason: String(error) }, 'Redis refuses a subscription');
        await sleep(pauseMs, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
        if (stopped.signal.aborted) return;
      }
    }
  }

  const ignore = () => {};
  return {
    subscriber: {
      on: subscriber.on.bind(subscriber),
      subscribe: (channel: string, confirm: (error: null) => void) =>
        ask(channel).then(() => {
          if (!stopped.signal.aborted) confirm(null);
        }),
      unsubscribe: (channel: string) => subscriber.unsubscribe(channel).catch(ignore),
      punsubscribe: (channel: string) => subscriber.punsubscribe(channel).catch(ignore),
    } as unknown as Redis,
    want(channel) {
      wanted.set(channel, (wanted.get(channel) ?? 0) + 1);
      return () => {
        const left = wanted.get(channel)! - 1;
        if (left > 0) wanted.set(channel, left);
        else wanted.delete(channel);
      };
    },
    async renew() {
      const channels = [...wanted.keys()];
      for (let from = 0; from < channels.length; from += BATCH) {
        const batch = channels.slice(from, from + BATCH);
        await subscriber.subscribe(...batch).then(
          // Also those whose own command went down with a connection: RedisPubSub gives nobody anything before it is confirmed.
          () => batch.forEach((channel) => void answered(channel)),
          () => {
            if (stopped.signal.aborted) return;
            // Which of them is it?
            for (const channel of batch) {
              subscriber.subscribe(channel).then(
                () => answered(channel),
                () => ask(channel).then(onLate),
              );
            }
          },
        );
      }
    },
    stop: () => stopped.abort(),
  };
}
