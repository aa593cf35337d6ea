import { type Attributes, metrics as otel } from '@opentelemetry/api';
import { limitNames } from '../rate-limit/rates.ts';
import { createExemplars } from './exemplars.ts';
import { currentTraceparent } from './message-trace.ts';

/**
 * Every metric's name, in one place (Node's own are in runtime-metrics.ts). The Prometheus exporter adds `_total` to
 * counters. Labels are from closed lists only: an id as a label would grow without bound. A counter with listed labels
 * starts at 0 for each of them, so that its first event is an increase and not the birth of a series, which no rate sees.
 */
export type Metrics = ReturnType<typeof createMetrics>;

type Labels = Readonly<Record<string, readonly string[]>>;
type Chosen<L extends Labels> = { readonly [Name in keyof L]: L[Name][number] };

/** Around the 100 ms target, finer below it. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const GROUP_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128];

/** What is asked for when somebody scrapes: names and descriptions, with their labels; counters say so. */
export const observed = {
  busBreakerOpen: [
    'parley_bus_breaker_open',
    '1 while the circuit breaker of the bus is not closed: publishes failed one after another and are not tried',
  ],
  buffered: [
    'parley_buffered_updates',
    'Updates that wait in memory for subscribers to take them; beyond FOLLOW_BUFFER_MAX for one, PostgreSQL serves it',
  ],
  poolConnections: ['parley_database_pool_connections', 'Connections of this process, by state: active, idle'],
  poolWaiting: ['parley_database_pool_waiting', 'Statements waiting for a connection of this process'],
  outboxDepth: ['parley_outbox_depth', 'Outbox rows that are not known to be published'],
  outboxOldest: ['parley_outbox_oldest_seconds', 'Age of the oldest outbox row; 0 without one'],
  deadLetters: ['parley_dead_letters', 'Events set aside that nobody has replayed or discarded'],
  conversations: ['parley_conversations', 'Conversations by status: waiting, open'],
  longestWaiting: ['parley_longest_waiting_seconds', 'How long the customer waiting longest has; 0 without one'],
  transactions: ['parley_database_transactions', 'Transactions by outcome: committed, rolled back; a counter'],
  deadlocks: ['parley_database_deadlocks', 'Deadlocks that PostgreSQL broke; a counter'],
  databaseSize: ['parley_database_size_bytes', 'Size of the database on disk'],
  connections: ['parley_database_connections', 'Connections to the database, from everywhere'],
  maxConnections: ['parley_database_max_connections', 'Connections that PostgreSQL accepts'],
  replicationLag: ['parley_database_replication_lag_seconds', 'How far the slowest replica is behind'],
  csatAnswers: ['parley_csat_answers', 'Survey answers first given in the last 24 hours'],
  csatRatio: ['parley_csat_ratio', 'Ratings of 4 and 5 among the answers of the last 24 hours'],
  csatHigh: ['parley_csat_ratio_high', 'The most that the true share can be, with 95 % confidence (Wilson)'],
  csatTarget: ['parley_csat_target', 'What managers hold that share to'],
  rows: ['parley_database_rows', 'Estimated rows by table and state: live, dead (to be vacuumed)'],
} as const satisfies Record<string, readonly [name: string, description: string]>;
export type Observed = keyof typeof observed;

/** What becomes of an answer that a survey provider tells of. */
export const providerOutcomes = [
  'stored',
  'duplicate',
  'expired',
  'reopened',
  'unknown',
  'no_customer',
  'no_rating',
  'refused',
  'failed',
] as const;

export function createMetrics() {
  const meter = otel.getMeter('parley');
  const counter = <const L extends Labels = Record<never, never>>(name: string, description: string, labels?: L) => {
    const instrument = meter.createCounter(name, { description });
    for (const combination of combinations(labels ?? {})) instrument.add(0, combination);
    return (chosen = {} as Chosen<L>, n = 1) => instrument.add(n, chosen);
  };
  /** For labels that are bounded, and too many to begin with all of them. */
  const openCounter = <L extends Attributes>(name: string, description: string) => {
    const instrument = meter.createCounter(name, { description });
    return (labels: L) => instrument.add(1, labels);
  };
  /** From 0 on: what scales by it takes none for unknown. */
  const gauge = (name: string, description: string) => {
    const instrument = meter.createUpDownCounter(name, { description });
    instrument.add(0);
    return (change: 1 | -1) => instrument.add(change);
  };
  const gaugeByField = (name: string, description: string) => {
    const instrument = meter.createUpDownCounter(name, { description });
    return (change: 1 | -1, labels: { field: string }) => instrument.add(change, labels);
  };
  const histogram = (name: string, description: string) =>
    meter.createHistogram(`${name}_seconds`, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: LATENCY_BUCKETS },
    });
  const duration = <L extends Attributes>(name: string, description: string) => {
    const instrument = histogram(name, description);
    return (ms: number, labels: L) => instrument.record(ms / 1000, labels);
  };
  /** A leg of a message's path; its buckets keep the trace of the last message that fell into them. */
  const leg = (name: string, description: string) => {
    const instrument = histogram(name, description);
    const exemplars = createExemplars(`${name}_seconds`, LATENCY_BUCKETS);
    return (ms: number, traceparent = currentTraceparent()) => {
      instrument.record(ms / 1000);
      exemplars.keep(ms / 1000, traceparent);
    };
  };
  const groupSize = meter.createHistogram('parley_send_group_size', {
    description: 'Messages stored by one statement',
    advice: { explicitBucketBoundaries: GROUP_BUCKETS },
  });
  const relayBatchSize = meter.createHistogram('parley_relay_batch_size', {
    description: 'Events that the relay published together, by way: hand-over or sweep',
    advice: { explicitBucketBoundaries: GROUP_BUCKETS },
  });
  return {
    sends: counter(
      'parley_sends',
      'Send attempts by outcome: stored, duplicate, refused (the caller’s fault), failed',
      {
        outcome: ['stored', 'duplicate', 'refused', 'failed'],
      },
    ),
    sendGroupSize: (size: number) => groupSize.record(size),
    sentToCommit: leg('parley_sent_to_commit', 'From the sender’s clock at the attempt to the commit'),
    acceptedToCommit: leg('parley_accepted_to_commit', 'From the server’s receipt of the mutation to the commit'),
    commitToPublished: leg('parley_commit_to_published', 'From the commit to the publish on the bus'),
    commitToDelivered: leg('parley_commit_to_delivered', 'From the commit to the hand-over to a subscriber’s socket'),
    publishedToDelivered: leg(
      'parley_published_to_delivered',
      'From the publish on the bus to the hand-over to a subscriber’s socket; of what came over the bus',
    ),
    commitToReceipt: leg('parley_commit_to_receipt', 'From the commit to a recipient’s receipt that it was delivered'),
    sentToReceipt: leg(
      'parley_sent_to_receipt',
      'From the sender’s clock at the attempt to a recipient’s receipt that it was delivered',
    ),
    relayBatch: (size: number, labels: { via: 'hand-over' | 'sweep' }) => relayBatchSize.record(size, labels),
    published: counter('parley_outbox_published', 'Events published, by way: hand-over or sweep', {
      via: ['hand-over', 'sweep'],
    }),
    publishFailures: counter('parley_outbox_publish_failures', 'Publishes that failed and are retried'),
    deadLetters: counter('parley_outbox_dead_letters', 'Outbox rows set aside after their last attempt'),
    breakerChanges: counter('parley_bus_breaker_changes', 'Changes of the bus’s circuit breaker, by its new state', {
      state: ['closed', 'open', 'half-open', 'isolated'],
    }),
    sockets: gauge('parley_sockets', 'Open authenticated sockets'),
    subscriptions: gaugeByField('parley_subscriptions', 'Running subscriptions, by field'),
    followers: gauge('parley_followers', 'Conversations followed by this process'),
    holesFilled: counter('parley_follower_fills', 'Reads of PostgreSQL by a follower, by reason: hole, sweep, jump', {
      reason: ['hole', 'sweep', 'jump'],
    }),
    updates: counter(
      'parley_updates',
      'Updates given to subscriptions, by how: executed for this one, or shared with others who asked for the same',
      { how: ['executed', 'shared'] },
    ),
    resyncs: counter('parley_resyncs', 'Subscribers served from PostgreSQL again, by reason', {
      reason: ['slow reader', 'jump', 'hole'],
    }),
    slowReaders: counter('parley_slow_readers', 'Sockets given up because their reader took nothing'),
    limited: counter('parley_limited', 'What was refused because of a limit, by the limit', { limit: limitNames }),
    longReads: counter('parley_long_reads', 'Key figures and reports read, by where from', {
      from: ['primary', 'replica'],
    }),
    receipts: counter('parley_receipts', 'Acknowledgements that raised a watermark'),
    surveys: counter('parley_surveys', 'Survey answers by rating, as first given', {
      rating: ['1', '2', '3', '4', '5'],
    }),
    surveyProviderAnswers: counter(
      'parley_survey_provider_answers',
      'Answers from the survey provider by outcome: stored; not used, because of a duplicate, or it came too late, or its conversation went on, is unknown or has no customer any more, or it has no rating; refused (signature, shape); failed (to be sent or asked for again)',
      { outcome: providerOutcomes },
    ),
    audited: counter('parley_audited_conversations', 'Conversations looked at by the continuous audit, by outcome', {
      outcome: ['passed', 'failed'],
    }),
    canaryRuns: counter('parley_canary_runs', 'Runs of the canary: a message sent, received, acknowledged, or not', {
      outcome: ['ok', 'failed'],
    }),
    canaryDuration: duration<{ outcome: 'ok' | 'failed' }>(
      'parley_canary_duration',
      'How long a run of the canary took',
    ),
    operations: openCounter<Operation & { outcome: 'ok' | 'refused' | 'failed' }>(
      'parley_operations',
      'GraphQL operations by type, root field, transport and outcome',
    ),
    operationDuration: duration<Operation>(
      'parley_operation_duration',
      'Duration of GraphQL operations by type, root field and transport; of a subscription: its set-up',
    ),
    /** Asked for when somebody scrapes. */
    observe(what: Observed, read: () => number | Promise<number>) {
      const [name, description] = observed[what];
      meter.createObservableGauge(name, { description }).addCallback(async (result) => result.observe(await read()));
    },
  };
}

/** field: the schema's name of what is asked for, `several`, or `other`. Never a name that a client made up. */
type Operation = { readonly type: string; readonly field: string; readonly transport: 'http' | 'socket' };

function combinations(labels: Labels): Attributes[] {
  return Object.entries(labels).reduce<Attributes[]>(
    (all, [name, values]) => all.flatMap((chosen) => values.map((value) => ({ ...chosen, [name]: value }))),
    [{}],
  );
}
