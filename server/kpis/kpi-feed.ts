import type { Db } from '../db.ts';
import { isDatabaseAway } from '../errors.ts';
import type { KpiOverview } from '../generated/graphql.ts';
import { detached } from '../telemetry/message-trace.ts';
import { NewestOnly } from './newest-only.ts';
import { readKpiOverview } from './read-kpi-overview.ts';

/**
 * The key figures again and again, computed once for all who look at the same window, and not at all when nobody does. A
 * subscriber holds at most one of them, the newest (D6).
 */
export type KpiFeed = {
  follow(windowMinutes: number): AsyncIterableIterator<KpiOverview, void, void>;
  stop(): Promise<void>;
};

const INTERVAL_MS = 2_000;
/** The wait is at least this many times what computing took, so that dashboards take the database a tenth of its time. */
const REST = 9;

export function createKpiFeed(db: Db): KpiFeed {
  const channels = new Map<number, Channel>();
  return {
    follow(windowMinutes) {
      let channel = channels.get(windowMinutes);
      if (!channel) {
        channel = new Channel(
          () => readKpiOverview(db, windowMinutes),
          () => channels.delete(windowMinutes),
        );
        channels.set(windowMinutes, channel);
      }
      return channel.join();
    },
    async stop() {
      await Promise.all([...channels.values()].map((channel) => channel.stop()));
    },
  };
}

class Channel {
  readonly #read: () => Promise<KpiOverview>;
  readonly #onEmpty: () => void;
  readonly #subscribers = new Set<NewestOnly<KpiOverview>>();
  #newest: KpiOverview | undefined;
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(read: () => Promise<KpiOverview>, onEmpty: () => void) {
    this.#read = read;
    this.#onEmpty = onEmpty;
  }

  join(): NewestOnly<KpiOverview> {
    const subscriber: NewestOnly<KpiOverview> = new NewestOnly<KpiOverview>(() => this.#leave(subscriber));
    this.#subscribers.add(subscriber);
    if (this.#newest) subscriber.offer(this.#newest);
    this.#running ??= detached(() => this.#run());
    return subscriber;
  }

  #leave(subscriber: NewestOnly<KpiOverview>): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size > 0) return;
    this.#onEmpty();
    this.#wake?.();
  }

  async stop(): Promise<void> {
    for (const subscriber of this.#subscribers) subscriber.return();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#subscribers.size > 0) {
      const startedAt = performance.now();
      try {
        this.#newest = await this.#read();
        for (const subscriber of this.#subscribers) subscriber.offer(this.#newest);
      } catch (error) {
        // PostgreSQL being away is no reason to end a subscription: it goes on when it is back.
        if (!isDatabaseAway(error)) for (const subscriber of this.#subscribers) subscriber.fail(error);
      }
      await this.#rest(Math.max(INTERVAL_MS, REST * (performance.now() - startedAt)));
    }
  }

  /** Cut short when the last one leaves. */
  #rest(ms: number): Promise<void> {
    if (this.#subscribers.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
