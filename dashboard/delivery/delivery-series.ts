/* What the page of delivery asks for; delivery-series.test.ts holds it against the schema. */

import type { KpiDefinition } from '../overview/kpi-series.ts';

interface Percentiles {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly count: number;
}

export interface LatencySeries {
  readonly kpi: Pick<KpiDefinition, 'metric' | 'name' | 'definition'>;
  readonly points: readonly { readonly start: string; readonly latency: Percentiles | null }[];
  readonly total: { readonly latency: Percentiles | null };
}

export interface Latencies {
  readonly kpiSeries: readonly LatencySeries[];
}

export const latenciesQuery = `query Latencies($metrics: [KpiMetric!]!, $from: DateTime!, $to: DateTime!, $bucket: KpiBucket!, $timeZone: String!) {
  kpiSeries(metrics: $metrics, from: $from, to: $to, bucket: $bucket, timeZone: $timeZone) {
    kpi { metric name definition }
    points { start latency { p50Ms p95Ms p99Ms count } }
    total { latency { p50Ms p95Ms p99Ms count } }
  }
}`;

/** The legs of a message's way. */
export const legs = ['SENT_TO_STORED', 'ACCEPTED_TO_STORED', 'STORED_TO_DELIVERED'] as const;

/** Against their targets, and the time before. */
export const deliveryMetrics = [
  'SENT_TO_STORED',
  'STORED_TO_DELIVERED',
  'STORED_RATIO',
  'DELIVERED_RATIO',
  'ERROR_RATIO',
  'PEAK_SOCKETS',
  'RESYNCS',
] as const;

export interface SlowMessage {
  readonly messageId: string;
  readonly conversationId: string;
  readonly createdAt: string;
  readonly sentToStoredMs: number | null;
  readonly acceptedToStoredMs: number;
}

export interface SlowestMessages {
  readonly slowestMessages: readonly SlowMessage[];
}

export const slowestMessagesQuery = `query SlowestMessages($from: DateTime!, $to: DateTime!) {
  slowestMessages(from: $from, to: $to) { messageId conversationId createdAt sentToStoredMs acceptedToStoredMs }
}`;
