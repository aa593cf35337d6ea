import { bucketOf } from '../server/kpis/histogram.ts';
import type { CounterMetric, LatencyMetric, PeakMetric } from '../server/kpis/kpi-metrics.ts';
import { floorToQuarter } from '../server/kpis/spans.ts';
import { MINUTE_MS } from './story.ts';

type Metric =
  | CounterMetric
  | LatencyMetric
  | PeakMetric
  | 'deliveries_done'
  | 'deliveries_due'
  | 'messages'
  | 'minutes_judged'
  | 'minutes_up'
  | 'survey_answers'
  | 'survey_satisfied';
export type Measured = { metric: Metric; startsAt: number; count: number; buckets: Map<number, number> };

/**
 * What processes would have written, by the quarter of an hour, and by the minute for the newest time. Quarters are kept of
 * all of it because two million rows of minutes would take a minute to store.
 */
export class Measurements {
  readonly #minutesFrom: number;
  readonly #minutes = new Map<string, Measured>();
  readonly #quarters = new Map<string, Measured>();

  constructor(minutesFrom: number) {
    this.#minutesFrom = minutesFrom;
  }

  /** Oldest first or not; a metric of a minute or quarter that is not here was not measured in it. */
  get minutes(): readonly Measured[] {
    return [...this.#minutes.values()];
  }
  get quarters(): readonly Measured[] {
    return [...this.#quarters.values()];
  }

  count(metric: Metric, at: number, n = 1): void {
    for (const row of this.#at(metric, at)) row.count += n;
  }

  latency(metric: LatencyMetric, at: number, ms: number): void {
    const bucket = bucketOf(ms);
    for (const row of this.#at(metric, at)) {
      row.count++;
      row.buckets.set(bucket, (row.buckets.get(bucket) ?? 0) + 1);
    }
  }

  /** How many there were at once. */
  peak(metric: PeakMetric, at: number, n: number): void {
    for (const row of this.#at(metric, at)) row.count = Math.max(row.count, n);
  }

  #at(metric: Metric, at: number): Measured[] {
    const quarter = rowOf(this.#quarters, metric, floorToQuarter(at));
    if (at < this.#minutesFrom) return [quarter];
    return [quarter, rowOf(this.#minutes, metric, Math.floor(at / MINUTE_MS) * MINUTE_MS)];
  }
}

function rowOf(rows: Map<string, Measured>, metric: Metric, startsAt: number): Measured {
  const key = `${metric} ${startsAt}`;
  let row = rows.get(key);
  if (!row) {
    row = { metric, startsAt, count: 0, buckets: new Map() };
    rows.set(key, row);
  }
  return row;
}
