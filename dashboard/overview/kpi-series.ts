/* What the overview asks for over time; judge-trend.test.ts holds it against the schema. */

export interface KpiValue {
  readonly value: number | null;
  readonly count: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly latency?: { readonly p50Ms: number } | null;
}

export interface KpiPoint {
  readonly start: string;
  readonly value: number | null;
}

export interface KpiDefinition {
  readonly metric: string;
  readonly name: string;
  readonly definition: string;
  readonly unit: 'MILLISECONDS' | 'RATIO' | 'COUNT';
  readonly target: { readonly value: number; readonly comparison: 'BELOW' | 'ABOVE' | 'AT_LEAST' } | null;
}

export interface KpiSeries {
  readonly kpi: KpiDefinition;
  readonly points: readonly KpiPoint[];
  readonly total: KpiValue;
  readonly previous: KpiValue;
}

/** What the overview shows over time. */
export const overviewMetrics = [
  'SENT_TO_STORED',
  'STORED_TO_DELIVERED',
  'STORED_RATIO',
  'DELIVERED_RATIO',
  'UPTIME',
  'CONSISTENCY',
  'ERROR_RATIO',
  'CSAT',
  'PEAK_CONVERSATIONS',
  'PEAK_SOCKETS',
  'MESSAGES',
] as const;

export const kpisQuery = `query Kpis { kpis { metric name definition unit target { value comparison } } }`;

export const kpiSeriesQuery = `query KpiSeries($metrics: [KpiMetric!]!, $from: DateTime!, $to: DateTime!, $bucket: KpiBucket!, $timeZone: String!) {
  kpiSeries(
    metrics: $metrics
    from: $from
    to: $to
    bucket: $bucket
    timeZone: $timeZone
  ) {
    kpi { metric name definition unit target { value comparison } }
    points { start value }
    total { value count interval { low high } latency { p50Ms } }
    previous { value count interval { low high } }
  }
}`;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How far the trends look back, and in what steps. */
export const ranges = [
  { key: '24h', label: '24 h', words: '24 hours', ms: DAY_MS, bucket: 'HOUR' },
  { key: '7d', label: '7 d', words: '7 days', ms: 7 * DAY_MS, bucket: 'DAY' },
  { key: '30d', label: '30 d', words: '30 days', ms: 30 * DAY_MS, bucket: 'DAY' },
  { key: '90d', label: '90 d', words: '90 days', ms: 90 * DAY_MS, bucket: 'WEEK' },
  { key: '1y', label: '1 y', words: '365 days', ms: 365 * DAY_MS, bucket: 'WEEK' },
  { key: '2y', label: '2 y', words: '730 days', ms: 730 * DAY_MS, bucket: 'MONTH' },
] as const;

export type Range = (typeof ranges)[number];
export const defaultRange: Range = ranges[1];

export const bucketName = { HOUR: 'hour', DAY: 'day', WEEK: 'week', MONTH: 'month' } as const;
