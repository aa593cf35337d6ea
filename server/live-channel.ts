import { isDatabaseAway } from './errors.ts';
import { NewestOnly } from './newest-only.ts';
import { detached } from './telemetry/message-trace.ts';

/** Least time between two looks. */
const INTERVAL_MS = 2_000;
/** The wait is at least this many times what looking took, so that dashboards take the database a tenth of its time. */
const REST = 9;

type Options<T> = {
  readonly read: () => Promise<T>;
  /** Nobody listens any more. */
  readonly onEmpty?: () => void;
  /** Whether there is nothing to tell. Default: never. */
  readonly isSame?: (before: T, now: T) => boolean;
};

/**
 * What is in the database, again and again, read once for all who look at it, and not at all when nobody does. A subscriber
 * holds at most one value, the newest (D6).
 */
export class LiveChannel<T> {
  readonly #options: Options<T>;
  readonly #subscribers = new Set<NewestOnly<T>>();
  #newest: { value: T } | undefined;
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(options: Options<T>) {
    this.#options = options;
  }

  join(): NewestOnly<T> {
    const subscriber: NewestOnly<T> = new NewestOnly<T>(() => this.#leave(subscriber));
    this.#subscribers.add(subscriber);
    if (this.#newest) subscriber.offer(this.#newest.value);
    this.#running ??= detached(() => this.#run());
    return subscriber;
  }

  #leave(subscriber: NewestOnly<T>): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size > 0) return;
    this.#options.onEmpty?.();
    this.#wake?.();
  }

  async stop(): Promise<void> {
    for (const subscriber of this.#subscribers) subscriber.return();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { read, isSame } = this.#options;
    while (this.#subscribers.size > 0) {
      const startedAt = performance.now();
      try {
        const value = await read();
        const before = this.#newest;
        this.#newest = { value };
        if (!before || !isSame?.(before.value, value))
          for (const subscriber of this.#subscribers) subscriber.offer(value);
      } catch (error) {
        // PostgreSQL being away is no reason to end a subscription: it goes on when it is back.
        if (!isDatabaseAway(error)) for (const subscriber of this.#subscribers) subscriber.fail(error);
      }
      await this.#rest(Math.max(INTERVAL_MS, REST * (performance.now() - startedAt)));
    }
    this.#running = undefined;
    this.#newest = undefined;
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
