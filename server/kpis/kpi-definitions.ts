import type { CounterMetric, LatencyMetric, PeakMetric } from './kpi-metrics.ts';

/**
 * What each key figure is: written here once, told by the API, shown by the dashboard on hover, and recomputed from these
 * words by the tests. How a figure is computed stands beside its definition: a percentile, a share of two counts, a count, or
 * the highest of many.
 */
export type Kpi = {
  readonly metric: KpiName;
  readonly name: string;
  readonly definition: string;
  readonly unit: 'MILLISECONDS' | 'RATIO' | 'COUNT';
  /** Null for figures that are neither good nor bad. Without a value until managers set one: a forecast. */
  readonly target: { readonly value: number | null; readonly comparison: 'BELOW' | 'ABOVE' | 'AT_LEAST' } | null;
  readonly from:
    | { readonly latency: LatencyMetric /** Which percentile is its value; else the 95th. */; readonly share?: 0.9 }
    | { readonly part: RollupCounter; readonly whole: readonly RollupCounter[]; readonly isSurvey?: true }
    | { readonly count: RollupCounter }
    | { readonly peak: PeakMetric };
};

/** What is added up in kpi_rollup: what processes count, and what is counted in the tables. */
export type RollupCounter =
  | CounterMetric
  | 'deliveries_done'
  | 'deliveries_due'
  | 'messages'
  | 'minutes_judged'
  | 'minutes_up'
  | 'survey_answers'
  | 'survey_satisfied';

export type KpiName = keyof typeof definitions;

const CLOCKS =
  'Parley’s own client corrects its clock by the server’s; clocks that are more than an hour off are left out.';

const definitions = {
  SENT_TO_STORED: {
    name: 'Send to stored',
    definition: `Time from the sender’s clock at the attempt until the message is committed in PostgreSQL; the 95th percentile. ${CLOCKS}`,
    unit: 'MILLISECONDS',
    target: { value: 100, comparison: 'BELOW' },
    from: { latency: 'sent_to_commit' },
  },
  ACCEPTED_TO_STORED: {
    name: 'Received to stored',
    definition: 'Time from the server’s receipt of the mutation until the message is committed; the 95th percentile.',
    unit: 'MILLISECONDS',
    target: null,
    from: { latency: 'accepted_to_commit' },
  },
  STORED_TO_DELIVERED: {
    name: 'Stored to delivered',
    definition: 'Time from the commit until the message is handed to a reader’s socket; the 95th percentile.',
    unit: 'MILLISECONDS',
    target: null,
    from: { latency: 'commit_to_delivered' },
  },
  STORED_RATIO: {
    name: 'Stored',
    definition: 'Messages stored ÷ send attempts that were neither the caller’s fault nor a repetition.',
    unit: 'RATIO',
    target: { value: 0.9999, comparison: 'ABOVE' },
    from: { part: 'sends_stored', whole: ['sends_stored', 'sends_failed'] },
  },
  DELIVERED_RATIO: {
    name: 'Delivered to who is online',
    definition:
      'Of the messages stored that had a recipient who was online from before the commit until they are judged, one to two minutes later: those that at least one such recipient has acknowledged as delivered.',
    unit: 'RATIO',
    target: { value: 0.9999, comparison: 'ABOVE' },
    from: { part: 'deliveries_done', whole: ['deliveries_due'] },
  },
  CONSISTENCY: {
    name: 'Data consistency',
    definition:
      'Of the conversations that the continuous audit looked at, those that pass: no hole in their log, watermarks in range, nothing stuck. It goes through all of them again and again.',
    unit: 'RATIO',
    target: { value: 1, comparison: 'AT_LEAST' },
    from: { part: 'audit_passed', whole: ['audit_passed', 'audit_failed'] },
  },
  PEAK_CONVERSATIONS: {
    name: 'Peak of open conversations',
    definition:
      'The most conversations at once that had an agent or waited for one, looked at every 15 seconds; its target is the forecast that managers enter.',
    unit: 'COUNT',
    target: { value: null, comparison: 'AT_LEAST' },
    from: { peak: 'peak_conversations' },
  },
  PEAK_SOCKETS: {
    name: 'Peak of open sockets',
    definition:
      'The most sockets that were open within one minute, of all processes together, looked at every five seconds; its target is the forecast that managers enter.',
    unit: 'COUNT',
    target: { value: null, comparison: 'AT_LEAST' },
    from: { peak: 'peak_sockets' },
  },
  UPTIME: {
    name: 'Uptime',
    definition:
      'Minutes in which the canary succeeded ÷ all minutes since it was first started. Every 15 seconds, unless it is set otherwise, it sends a message through the public API, receives and acknowledges it; a minute without a success is a minute down, whatever the reason.',
    unit: 'RATIO',
    target: { value: 0.999, comparison: 'AT_LEAST' },
    from: { part: 'minutes_up', whole: ['minutes_judged'] },
  },
  ERROR_RATIO: {
    name: 'Errors',
    definition: 'GraphQL operations that failed by the server’s fault ÷ all operations.',
    unit: 'RATIO',
    target: { value: 0.001, comparison: 'BELOW' },
    from: { part: 'operations_failed', whole: ['operations'] },
  },
  RESYNCS: {
    name: 'Resyncs',
    definition:
      'How often a subscription fell behind and was served from PostgreSQL again: its reader took updates too slowly, or one was missed on the way. Its reader gets each message all the same, later.',
    unit: 'COUNT',
    target: null,
    from: { count: 'resyncs' },
  },
  CSAT: {
    name: 'Customer satisfaction',
    definition:
      'Ratings of 4 and 5 ÷ all ratings, by the time of the first answer. The range is the Wilson interval: where the true share lies with 95 % confidence.',
    unit: 'RATIO',
    target: { value: 0.9, comparison: 'ABOVE' },
    from: { part: 'survey_satisfied', whole: ['survey_answers'], isSurvey: true },
  },
  WAITING_TIME: {
    name: 'Waiting time',
    definition:
      'Time from the start of a customer’s conversation until an agent claimed it, by the time of the claim; the 90th percentile.',
    unit: 'MILLISECONDS',
    target: null,
    from: { latency: 'waited', share: 0.9 },
  },
  FIRST_RESPONSE_TIME: {
    name: 'First response',
    definition:
      'Time from the start of a customer’s conversation until the first message of an agent, by the time of that message; the 90th percentile.',
    unit: 'MILLISECONDS',
    target: null,
    from: { latency: 'responded', share: 0.9 },
  },
  RESOLUTION_TIME: {
    name: 'Resolution time',
    definition:
      'Time from the start of a conversation until it was closed, by the time of closing; the 90th percentile. What took longer than 24 days counts as 24. Closed again after it was reopened, it counts again.',
    unit: 'MILLISECONDS',
    target: null,
    from: { latency: 'resolved', share: 0.9 },
  },
  CONVERSATIONS_STARTED: {
    name: 'Conversations started',
    definition: 'Conversations that were started, by customers and by agents.',
    unit: 'COUNT',
    target: null,
    from: { count: 'conversations_started' },
  },
  CONVERSATIONS_CLOSED: {
    name: 'Conversations closed',
    definition: 'Conversations that were closed; one that was reopened and closed again counts twice.',
    unit: 'COUNT',
    target: null,
    from: { count: 'conversations_closed' },
  },
  MESSAGES_PER_CONVERSATION: {
    name: 'Messages per conversation',
    definition: 'Messages in the conversations that were closed ÷ these conversations.',
    unit: 'COUNT',
    target: null,
    from: { part: 'closed_messages', whole: ['conversations_closed'] },
  },
  REOPENED_RATIO: {
    name: 'Reopened',
    definition: 'Conversations that were reopened ÷ conversations that were closed, each by its own time.',
    unit: 'RATIO',
    target: null,
    from: { part: 'conversations_reopened', whole: ['conversations_closed'] },
  },
  ABANDONED_RATIO: {
    name: 'Abandoned',
    definition: 'Customers’ conversations that were closed without any message of an agent ÷ all that were closed.',
    unit: 'RATIO',
    target: null,
    from: { part: 'conversations_abandoned', whole: ['conversations_closed'] },
  },
  MESSAGES: {
    name: 'Messages',
    definition: 'Messages posted, those that were deleted later included.',
    unit: 'COUNT',
    target: null,
    from: { count: 'messages' },
  },
} as const satisfies Record<string, Omit<Kpi, 'metric'>>;

export const kpis: readonly Kpi[] = Object.entries(definitions).map(([metric, definition]) => ({
  metric: metric as KpiName,
  ...definition,
}));

export const kpiNamed = (name: KpiName): Kpi => ({ metric: name, ...definitions[name] });
