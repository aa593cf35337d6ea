/** First step of the exponential back-off, in ms. */
const BASE_MS = 1_000;
/** No wait is longer than this, in ms. */
const CAP_MS = 30_000;
/** No wait is shorter: a broken socket reports an error and then its close, which must not hit its successor. */
const FLOOR_MS = 100;

/**
 * How long to wait before attempt number `attempt` (0 is the first repetition), in ms: exponential with full jitter, so
 * that a thousand clients of a restarted server do not come back at once.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 16));
  return Math.max(FLOOR_MS, Math.round(ceiling * random()));
}

/** No hint of a server is obeyed for longer than this, in ms. */
const HINT_CAP_MS = 60_000;

/**
 * What a server that sends its clients away asks them to wait, in ms: `retry-after-ms=<n>` in the reason of its close, so
 * that a thousand of them do not come back in the same moment. Null where it does not say.
 */
export function retryAfterHint(reason: string): number | null {
  const [, ms] = /retry[-_ ]?after(?:[-_ ]?ms)?\s*[=: ]\s*(\d+)/i.exec(reason) ?? [];
  return ms === undefined ? null : Math.min(HINT_CAP_MS, Math.max(FLOOR_MS, Number(ms)));
}
