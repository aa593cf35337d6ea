/** What happened in these days besides the usual, so that there is something to find. */
export type Story = {
  /** The service was down for some: the canary found nobody, operations and sends failed. */
  readonly outage: Span;
  /** A slow disk, say. */
  readonly slow: Span;
  /** Yesterday parcels got stuck: twice as many asked for theirs, waited longer, and left less content. */
  readonly stuckParcels: Span;
};
export type Span = { readonly from: number; readonly to: number };

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** By the clock of this machine, which is most often that of who looks at it. From three days on, all of it happened in them. */
export function storyUntil(end: number, days: number): Story {
  const on = (daysAgo: number, from: [number, number], to: [number, number]): Span => ({
    from: new Date(end - daysAgo * DAY_MS).setHours(...from, 0, 0),
    to: new Date(end - daysAgo * DAY_MS).setHours(...to, 0, 0),
  });
  // The history begins half a day after the beginning of its first day: late in the evening, after that day's morning.
  const longestAgo = Math.max(1, days - 2);
  return {
    outage: on(Math.min(23, Math.ceil(days / 2), longestAgo), [10, 17], [10, 41]),
    slow: on(Math.min(5, Math.ceil(days / 3), longestAgo), [14, 0], [16, 0]),
    stuckParcels: on(1, [8, 0], [20, 0]),
  };
}

export const isIn = ({ from, to }: Span, at: number): boolean => from <= at && at < to;
