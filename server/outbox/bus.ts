import { randomUUID } from 'node:crypto';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { PubSub, type PubSubEngine } from 'graphql-subscriptions';
import type { RedisPair } from '../redis.ts';
import type { Log } from '../telemetry/log.ts';
import { type DurableEvent, reviveDurableEvent } from './durable-event.ts';
import { openRedisChannels } from './redis-channels.ts';

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
  /** Called when messages may have been lost: the connection is there, or there again. */
  onGap(listener: () => void): void;
  /** Rejects while publishing cannot work. */
  ping(): Promise<void>;
  stop(): void;
};

const PREFIX = 'parley:';

export function createBus({ redis, enabled, log }: { redis?: RedisPair; enabled: boolean; log: Log }): Bus {
  const local = new PubSub();
  const gapListeners: (() => void)[] = [];
  const tellOfGap = () => {
    for (const listener of gapListeners) listener();
  };
  const remote = redis && enabled ? openRemote(redis, { log, onLate: tellOfGap }) : undefined;
  let returns = 0;
  redis?.subscriber.on('ready', async () => {
    const thisReturn = ++returns;
    // Whoever looked earlier would not see what is published in between.
    await remote?.renew();
    // The renewals of connections that came and went end with that of the one that stays: it speaks for all.
    if (thisReturn === returns) tellOfGap();
  });

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
      remote?.stop();
      redis?.publisher.disconnect();
      redis?.subscriber.disconnect();
    },
  };
}

type Envelope = { readonly from: string; readonly message: BusMessage };

function openRemote({ publisher, subscriber }: RedisPair, { log, onLate }: { log: Log; onLate: () => void }) {
  const from = randomUUID();
  const channels = openRedisChannels({ subscriber, log, onLate });
  const engine: PubSubEngine = new RedisPubSub({ publisher, subscriber: channels.subscriber });
  return {
    publish: (topic: Topic, message: BusMessage) =>
      engine.publish(PREFIX + topic, { from, message } satisfies Envelope),
    subscribe(topic: Topic, listener: (message: BusMessage) => void) {
      const channel = PREFIX + topic;
      const unwant = channels.want(channel);
      const id = engine.subscribe(
        channel,
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
        stop() {
          unwant();
          // RedisPubSub forgets a subscription that is ended before Redis confirmed it, and would keep the channel.
          void id.then((confirmed) => engine.unsubscribe(confirmed));
        },
      };
    },
    renew: channels.renew,
    stop: channels.stop,
  };
}
