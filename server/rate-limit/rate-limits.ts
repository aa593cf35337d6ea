import type { Cluster, Redis } from 'ioredis';
import type { Config } from '../config.ts';
import { rateLimited } from '../errors.ts';
import { createOpenCounts, type OpenCounts } from './open-counts.ts';
import { createPointWindow, type PointWindow } from './point-window.ts';
import { type LimitName, type Rate, rates, type Stock, scaled, stocks } from './rates.ts';
import { tellPoints } from './tell-points.ts';

/**
 * Who may do how much. Points are spent in this process's memory, at once; with Redis, what was spent is told to the other
 * processes a moment later (docs/decisions/0015). Over a limit: RATE_LIMITED with retryAfterMs, counted by the limit's name.
 */
export type RateLimits = {
  /** Throws RATE_LIMITED when the window's points are spent; a refused attempt spends none. */
  spend(rate: Rate, key: string, points?: number): void;
  /** The same, answering false. It is then for the caller to throw the refusal. */
  trySpend(rate: Rate, key: string, points?: number): boolean;
  /** Whether nothing is left. */
  isSpent(rate: Rate, key: string): boolean;
  /** Spends without asking: for what has happened. */
  charge(rate: Rate, key: string, points?: number): void;
  /** Gives points back, for what turned out to be no new attempt. */
  giveBack(rate: Rate, key: string, points?: number): void;
  /** RATE_LIMITED for this rate, counted. */
  refusal(rate: Rate): Error;
  /** How many there are at once. False, and counted, when there is no room. */
  readonly open: OpenCounts;
  /** Counts a refusal by a limit that is kept elsewhere. */
  refused(name: LimitName): void;
  stop(): void;
};

type Parts = {
  config: Config;
  redis: Redis | Cluster | undefined;
  onRefused: (name: LimitName) => void;
};

export function createRateLimits({ config, redis, onRefused }: Parts): RateLimits {
  const windows = mapValues(rates, ({ points, windowMs }) =>
    createPointWindow({ points: scaled(config[points], config), windowMs }),
  );
  const capacities = mapValues(stocks, (name) => scaled(config[name], config));
  const telling = redis && tellPoints({ redis, windows });

  function refusal(rate: Rate): Error {
    onRefused(rate);
    return rateLimited(windows[rate].msToNext());
  }
  return {
    spend(rate, key, points = 1) {
      if (!windows[rate].spend(key, points)) throw refusal(rate);
    },
    trySpend: (rate, key, points = 1) => windows[rate].spend(key, points),
    isSpent: (rate, key) => !windows[rate].has(key, 1),
    charge: (rate, key, points = 1) => windows[rate].charge(key, points),
    giveBack: (rate, key, points = 1) => windows[rate].charge(key, -points),
    refusal,
    open: createOpenCounts(capacities as Record<Stock, number>, onRefused),
    refused: onRefused,
    stop: () => telling?.stop(),
  };
}

export type PointWindows = Readonly<Record<Rate, PointWindow>>;

const mapValues = <K extends string, A, B>(record: Readonly<Record<K, A>>, make: (value: A) => B) =>
  Object.fromEntries(Object.entries<A>(record).map(([key, value]) => [key, make(value)])) as Record<K, B>;
