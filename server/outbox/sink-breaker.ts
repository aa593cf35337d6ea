import { type CircuitBreakerPolicy, CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Consecutive failures that open it; while it is open nothing is tried, and no attempt counts. */
const THRESHOLD = 5;
export const HALF_OPEN_MS = 1_000;

const names = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'isolated',
} as const;

/** Stands before what events are published to, one for each sink: one that is away is left alone and holds up no other. */
export function createSinkBreaker(sink: 'bus', { metrics, log }: { metrics: Metrics; log: Log }): CircuitBreakerPolicy {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: HALF_OPEN_MS,
    breaker: new ConsecutiveBreaker(THRESHOLD),
  });
  breaker.onStateChange((state) => {
    metrics.breakerChanges({ state: names[state] });
    log.warn({ sink, state: names[state] }, 'a circuit breaker changed');
  });
  metrics.observe(`${sink}BreakerOpen`, () => Number(breaker.state !== CircuitState.Closed));
  return breaker;
}
