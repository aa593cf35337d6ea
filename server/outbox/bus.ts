import { randomUUID } from 'node:crypto';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { PubSub, type PubSubEngine } from 'graphql-subscriptions';
import type { Redis } from 'ioredis';
import type { RedisPair } from '../redis.ts';
import type { Log } from '../telemetry/log.ts';
import { type DurableEvent, reviveDurableEvent } from './durable-event.ts';

/**
 * The path of a message: send-message → append-event → relay-outbox → [bus] → follow-conversation → acknowledge.
 *
 * Carries what happened from the process where it happened to those that have subscribers for it. It only hints: it may
 * lose, double or reorder, and whoever listens repairs that from PostgreSQL. A crash here costs nothing that is not
 * published again (outbox) or found again (head sweep).
 *
 * Subscribers in the same process are served directly, without a turn through Redis; Redis serves the other processes.
 */
export type BusMessage =
  /** A durable event with its content. */
  | { readonly type: 'event'; readonly event: DurableEvent }
  /** The same without content, by the sweep, which has only keys: read it. */
  | { readonly type: 'event hint'; readonly conversationId: string; readonly seq: number }
  | {
      readonly type: 'receipt';
      readonly conversationId: string;
      readonly participantId: string;
      readonly deliveredSeq: number;
      readonly readSeq: number;
    }
  | {
      readonly type: 'typing';
      readonly conversationId: string;
      readonly participantId: string;
      readonly typing: boolean;
    }
  | { readonly type: 'presence'; readonly participantId: string; readonly online: boolean }
  /** To one participant's inboxes: look at this conversation. */
  | { readonly type: 'inbox'; readonly conversationId: string }
  | { readonly type: 'participant changed'; readonly participantId: string };

export type Topic = `conversation:${string}` | `inbox:${string}` | 'presence' | 'participants';

export type BusSubscription = {
  /** Resolves when other processes' messages arrive too; with Redis away, not before it is back. */
  readonly ready: Promise<void>;
  stop(): void;
};

export type Bus = {
  /** Rejects when it is not certain that the other processes can get it. */
  publish(topic: Topic, message: BusMessage): Promise<void>;
  subscribe(topic: Topic, listener: (message: BusMessage) => void): BusSubscription;
  /** Whether other processes' messages can arrive right now. */
  isConnected(): boolean;
  /** Called when messages may have been lost: the connection was away and is back. */
  onGap(listener: () => void): void;
  /** Rejects while publishing cannot work. */
  ping(): Promise<void>;
  stop(): void;
};

const PREFIX = 'parley:';

export function createBus({ redis, enabled, log }: { redis?: RedisPair; enabled: boolean; log: Log }): Bus {
  const local = new PubSub();
  let stopped = false;
  const remote = redis && enabled ? openRemote(redis, refused) : undefined;
  const gapListeners: (() => void)[] = [];
  if (redis) {
    let connectedBefore = false;
    redis.subscriber.on('ready', async () => {
      const isReturn = connectedBefore;
      connectedBefore = true;
      // ioredis has asked for the old subscriptions before it says so; the answer to this comes after theirs. Whoever
      // looked earlier would not see what is published in between.
      const back = isReturn && (await redis.subscriber.ping().catch(() => undefined));
      if (back) for (const listener of gapListeners) listener();
    });
  }

  function refused(channel: string, error: Error) {
    if (!stopped)
      log.warn({ channel, reason: error.message }, 'Redis refuses a subscription; the head sweep serves it');
  }

  return {
    async publish(topic, message) {
      if (!enabled) return;
      await local.publish(topic, message);
      await remote?.publish(topic, message);
    },
    subscribe(topic, listener) {
      // In-process delivery is synchronous, so that it is in place when this returns.
      const localId = local.subscribe(topic, listener);
      const remoteSubscription = remote?.subscribe(topic, listener);
      return {
        ready: remoteSubscription?.ready ?? Promise.resolve(),
        stop() {
          void localId.then((id) => local.unsubscribe(id));
          remoteSubscription?.stop();
        },
      };
    },
    isConnected: () => !redis || redis.subscriber.status === 'ready',
    onGap: (listener) => gapListeners.push(listener),
    async ping() {
      if (remote && redis) await redis.publisher.ping();
    },
    stop() {
      stopped = true;
      redis?.publisher.disconnect();
      redis?.subscriber.disconnect();
    },
  };
}

type Envelope = { readonly from: string; readonly message: BusMessage };

type Refused = (channel: string, error: Error) => void;

function openRemote({ publisher, subscriber }: RedisPair, refused: Refused) {
  const from = randomUUID();
  const engine: PubSubEngine = new RedisPubSub({ publisher, subscriber: withoutRejections(subscriber, refused) });
  return {
    publish: (topic: Topic, message: BusMessage) =>
      engine.publish(PREFIX + topic, { from, message } satisfies Envelope),
    subscribe(topic: Topic, listener: (message: BusMessage) => void) {
      const id = engine.subscribe(
        PREFIX + topic,
        (envelope: Envelope) => {
          // Served directly already; or by somebody else who uses this Redis and our prefix.
          if (!envelope?.message || envelope.from === from) return;
          const { message } = envelope;
          listener(message.type === 'event' ? { type: 'event', event: reviveDurableEvent(message.event) } : message);
        },
        {},
      );
      return {
        ready: id.then(() => {}),
        // RedisPubSub forgets a subscription that is ended before Redis confirmed it, and would keep the channel.
        stop: () => void id.then((confirmed) => engine.unsubscribe(confirmed)),
      };
    },
  };
}

/**
 * When Redis refuses a command, or the connection is closed for good, RedisPubSub is left with a rejection that nobody can
 * handle, which would end the process. Here such a subscription is never confirmed instead: the head sweep serves it.
 */
function withoutRejections(subscriber: Redis, refused: Refused): Redis {
  const ignore = () => {};
  return {
    on: subscriber.on.bind(subscriber),
    subscribe: (channel: string, confirm: (error: null) => void) =>
      subscriber.subscribe(channel).then(
        () => confirm(null),
        (error: Error) => refused(channel, error),
      ),
    unsubscribe: (channel: string) => subscriber.unsubscribe(channel).catch(ignore),
    punsubscribe: (channel: string) => subscriber.punsubscribe(channel).catch(ignore),
  } as unknown as Redis;
}
