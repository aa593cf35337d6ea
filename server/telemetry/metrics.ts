import { type Attributes, metrics as otel } from '@opentelemetry/api';

/**
 * Every metric's name, in one place. The Prometheus exporter adds `_total` to counters, `latency` below `_seconds`. Labels
 * are from closed lists only: an id as a label would grow without bound.
 */
export type Metrics = ReturnType<typeof createMetrics>;

/** Around the 100 ms target, finer below it. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const GROUP_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128];

export function createMetrics() {
  const meter = otel.getMeter('parley');
  const counter = (name: string, description: string) => {
    const instrument = meter.createCounter(name, { description });
    return (attributes: Attributes = {}, n = 1) => instrument.add(n, attributes);
  };
  const gauge = (name: string, description: string) => {
    const instrument = meter.createUpDownCounter(name, { description });
    return (change: 1 | -1, attributes: Attributes = {}) => instrument.add(change, attributes);
  };
  const latency = (name: string, description: string) => {
    const instrument = meter.createHistogram(`${name}_seconds`, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: LATENCY_BUCKETS },
    });
    return (ms: number, attributes: Attributes = {}) => instrument.record(ms / 1000, attributes);
  };
  const groupSize = meter.createHistogram('parley_send_group_size', {
    description: 'Messages stored by one statement',
    advice: { explicitBucketBoundaries: GROUP_BUCKETS },
  });
  return {
    sends: counter('parley_sends', 'Send attempts by outcome: stored, duplicate, refused (the caller’s fault), failed'),
    sendGroupSize: (size: number) => groupSize.record(size),
    sentToCommit: latency('parley_sent_to_commit', 'From the sender’s clock at the attempt to the commit'),
    acceptedToCommit: latency('parley_accepted_to_commit', 'From the server’s receipt of the mutation to the commit'),
    commitToPublished: latency('parley_commit_to_published', 'From the commit to the publish on the bus'),
    commitToDelivered: latency(
      'parley_commit_to_delivered',
      'From the commit to the hand-over to a subscriber’s socket',
    ),
    published: counter('parley_outbox_published', 'Events published, by way: hand-over or sweep'),
    publishFailures: counter('parley_outbox_publish_failures', 'Publishes that failed and are retried'),
    deadLetters: counter('parley_outbox_dead_letters', 'Outbox rows set aside after their last attempt'),
    breakerChanges: counter('parley_bus_breaker_changes', 'Changes of the bus’s circuit breaker, by its new state'),
    sockets: gauge('parley_sockets', 'Open authenticated sockets'),
    subscriptions: gauge('parley_subscriptions', 'Running subscriptions, by field'),
    followers: gauge('parley_followers', 'Conversations followed by this process'),
    holesFilled: counter('parley_follower_fills', 'Reads of PostgreSQL by a follower, by reason: hole, sweep, jump'),
    resyncs: counter('parley_resyncs', 'Subscribers served from PostgreSQL again, by reason'),
    receipts: counter('parley_receipts', 'Acknowledgements that raised a watermark'),
    operations: counter('parley_operations', 'GraphQL operations by type, transport and outcome'),
    operationDuration: latency('parley_operation_duration', 'Duration of queries and mutations, by type and transport'),
    /** Asked for when somebody scrapes. */
    observe(name: string, description: string, read: () => number | Promise<number>) {
      meter.createObservableGauge(name, { description }).addCallback(async (result) => result.observe(await read()));
    },
  };
}
