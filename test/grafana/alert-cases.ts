/**
 * For each alert: what it is for, and what looks like it and is not. Series in promtool's notation, one sample at each
 * interval, by default a minute (`0+60x20`: 0, 60, 120 … twenty times on); `atMinute`: when one looks.
 */
export type AlertCase = {
  readonly fires: readonly Situation[];
  readonly staysQuiet: readonly Situation[];
  /** Between samples and evaluations. A week of minutes would take long. */
  readonly interval?: '1m' | '5m';
};
type Situation = { readonly series: Readonly<Record<string, string>>; readonly atMinute: number };

const WEEK = 10_080;
const at = (atMinute: number, series: Record<string, string>): Situation => ({ series, atMinute });

const latency = (within: number, minutes: number) =>
  at(minutes, {
    'parley_sent_to_commit_seconds_bucket{le="0.1"}': `0+${within}x${minutes}`,
    parley_sent_to_commit_seconds_count: `0+60x${minutes}`,
  });
const outcomes = (metric: string, good: string) => (goodPerMinute: number, minutes: number) =>
  at(minutes, {
    [`${metric}{outcome="${good}"}`]: `0+${goodPerMinute}x${minutes}`,
    [`${metric}{outcome="failed"}`]: `0+1x${minutes}`,
  });
const sends = outcomes('parley_sends_total', 'stored');
const operations = outcomes('parley_operations_total', 'ok');
/** One failure in a quiet hour: far above the ratio, and nothing to wake anybody for. */
const oneFailure = (metric: string, good: string) =>
  at(100, { [`${metric}{outcome="${good}"}`]: '0+1x100', [`${metric}{outcome="failed"}`]: '0+0x70 1+0x30' });
const oneOfManySends = oneFailure('parley_sends_total', 'stored');
const oneOfManyOperations = oneFailure('parley_operations_total', 'ok');
const refusedSends = at(100, {
  'parley_sends_total{outcome="stored"}': '0+10x100',
  'parley_sends_total{outcome="failed"}': '0+0x100',
  'parley_sends_total{outcome="refused"}': '0+50x100',
});
const provider = (perMinute: Record<string, number>) =>
  at(
    100,
    Object.fromEntries(
      Object.entries(perMinute).map(([outcome, n]) => [
        `parley_survey_provider_answers_total{outcome="${outcome}"}`,
        `0+${n}x100`,
      ]),
    ),
  );
const audited = (failed: string) =>
  at(50, {
    'parley_audited_conversations_total{outcome="failed"}': failed,
    'parley_audited_conversations_total{outcome="passed"}': '0+100x50',
  });
const canaryRuns = (ok: string, failed: string) =>
  at(20, { 'parley_canary_runs_total{outcome="ok"}': ok, 'parley_canary_runs_total{outcome="failed"}': failed });
const up = (values: string, atMinute: number) => at(atMinute, { 'up{job="parley", instance="a"}': values });
const oneOfTwoUp = at(400, {
  'up{job="parley", instance="a"}': '1+0x300 0+0x100',
  'up{job="parley", instance="b"}': '1+0x400',
});
const gauge = (series: string, value: number, minutes: number) => at(minutes, { [series]: `${value}+0x${minutes}` });
const perMinute = (series: string, value: number, minutes: number) =>
  at(minutes, { [series]: `0+${value}x${minutes}` });
const process = 'job="parley", instance="a"';
const rows = (dead: number, live: number) =>
  at(90, {
    'parley_database_rows{table="outbox", state="dead"}': `${dead}+0x90`,
    'parley_database_rows{table="outbox", state="live"}': `${live}+0x90`,
  });
/** 60 messages a minute, so many of them within the target, on a process that is so busy. */
const commits = (within: number, busy: number) =>
  at(10, {
    'parley_accepted_to_commit_seconds_bucket{instance="a", le="0.1"}': `0+${within}x10`,
    'parley_accepted_to_commit_seconds_count{instance="a"}': '0+60x10',
    [`nodejs_eventloop_utilization{${process}}`]: `${busy}+0x10`,
  });
/** In steps of five minutes: a week at one message a second, then an hour and a half at another pace. */
const afterAWeek = (perSecond: number, before = 1) =>
  at(WEEK + 90, {
    'parley_sends_total{outcome="stored"}': `0+${300 * before}x${WEEK / 5} ${60 * WEEK * before}+${300 * perSecond}x20`,
  });

/** Of two processes that say the same. */
const csat = (answers: number, high: number, target: number) =>
  at(
    60,
    Object.fromEntries(
      ['a', 'b'].flatMap((instance) => [
        [`parley_csat_answers{instance="${instance}"}`, `${answers}+0x60`],
        [`parley_csat_ratio_high{instance="${instance}"}`, `${high}+0x60`],
        [`parley_csat_target{instance="${instance}"}`, `${target}+0x60`],
      ]),
    ),
  );

export const alertCases: Readonly<Record<string, AlertCase>> = {
  ParleyLatencyBurnsFast: { fires: [latency(10, 90)], staysQuiet: [latency(58, 90), latency(40, 90)] },
  ParleyLatencyBurnsSlowly: {
    fires: [latency(36, 400)],
    staysQuiet: [latency(58, 400), latency(50, 400)],
    interval: '5m',
  },
  ParleyLatencyBudgetShrinks: { fires: [latency(54, 420)], staysQuiet: [latency(59, 420)], interval: '5m' },
  ParleyStoredBurnsFast: { fires: [sends(100, 90)], staysQuiet: [sends(1_000, 90), oneOfManySends, refusedSends] },
  ParleyStoredBurnsSlowly: {
    fires: [sends(1_000, 400)],
    staysQuiet: [sends(3_000, 400), oneOfManySends],
    interval: '5m',
  },
  ParleyStoredBudgetShrinks: {
    fires: [sends(5_000, 420)],
    staysQuiet: [sends(20_000, 420), oneOfManySends],
    interval: '5m',
  },
  ParleyOperationsBurnsFast: { fires: [operations(49, 90)], staysQuiet: [operations(99, 90), oneOfManyOperations] },
  ParleyOperationsBurnsSlowly: {
    fires: [operations(99, 400)],
    staysQuiet: [operations(300, 400), oneOfManyOperations],
  },
  ParleyOperationsBudgetShrinks: {
    fires: [operations(499, 420)],
    staysQuiet: [operations(2_000, 420), oneOfManyOperations],
    interval: '5m',
  },
  ParleyUptimeBurnsFast: { fires: [up('1+0x60 0+0x60', 65)], staysQuiet: [up('1+0x60 0+0x60', 59), oneOfTwoUp] },
  ParleyUptimeBurnsSlowly: { fires: [up('1+0x360 0+0x60', 366)], staysQuiet: [up('1+0x400', 400), oneOfTwoUp] },
  ParleyUptimeBudgetShrinks: {
    fires: [up('1+0x360 0+0x2 1+0x60', 380)],
    staysQuiet: [up('1+0x400', 400), oneOfTwoUp],
  },
  ParleyDown: {
    fires: [up('1 0+0x10', 5), at(5, { 'up{job="parley-relay"}': '1 0+0x10' })],
    staysQuiet: [up('1+0x10', 5), up('1 0 1+0x10', 5)],
  },
  ParleyNotScraped: { fires: [gauge('up{job="other"}', 1, 10)], staysQuiet: [up('0+0x10', 10)] },
  ParleyRestarts: {
    fires: [perMinute(`process_start_time_seconds{${process}}`, 60, 30)],
    staysQuiet: [at(30, { [`process_start_time_seconds{${process}}`]: '5+0x10 9+0x20' })],
  },
  ParleyEventLoopBusy: {
    fires: [gauge(`nodejs_eventloop_utilization{${process}}`, 0.95, 10)],
    staysQuiet: [
      gauge(`nodejs_eventloop_utilization{${process}}`, 0.6, 10),
      at(9, { [`nodejs_eventloop_utilization{${process}}`]: '0.95+0x3 0.5 0.95+0x6' }),
    ],
  },
  ParleyMemory: {
    fires: [gauge(`process_resident_memory_bytes{${process}}`, 2e9, 20)],
    staysQuiet: [gauge(`process_resident_memory_bytes{${process}}`, 4e8, 20)],
  },
  ParleySpansDropped: {
    fires: [perMinute(`otel_sdk_processor_span_processed_total{${process}, error_type="queue_full"}`, 10, 20)],
    staysQuiet: [perMinute(`otel_sdk_processor_span_processed_total{${process}}`, 1_000, 20)],
  },
  ParleyLimitsHit: {
    fires: [perMinute('parley_limited_total{limit="sends"}', 600, 20)],
    staysQuiet: [perMinute('parley_limited_total{limit="sends"}', 60, 20)],
  },
  ParleyOutboxBacklog: {
    fires: [gauge('parley_outbox_oldest_seconds', 60, 5)],
    staysQuiet: [gauge('parley_outbox_oldest_seconds', 4, 5), at(5, { parley_outbox_oldest_seconds: '0+0x4 60' })],
  },
  ParleyBreakerOpen: {
    fires: [gauge('parley_bus_breaker_open{instance="a"}', 1, 5)],
    staysQuiet: [gauge('parley_bus_breaker_open{instance="a"}', 0, 5)],
  },
  ParleyDeadLetters: {
    fires: [gauge('parley_dead_letters', 2, 5)],
    staysQuiet: [gauge('parley_dead_letters', 0, 5), at(20, { parley_dead_letters: '2+0x10 0+0x10' })],
  },
  ParleyBusLosesEvents: {
    fires: [perMinute('parley_follower_fills_total{reason="sweep"}', 60, 20)],
    staysQuiet: [perMinute('parley_follower_fills_total{reason="hole"}', 60, 20)],
  },
  ParleySlowReaders: {
    fires: [perMinute('parley_resyncs_total{reason="slow reader"}', 120, 30)],
    staysQuiet: [perMinute('parley_resyncs_total{reason="slow reader"}', 6, 30)],
  },
  ParleyCanaryFails: {
    fires: [canaryRuns('0+0x20', '0+4x20')],
    staysQuiet: [canaryRuns('0+4x20', '0+0x20'), canaryRuns('0+2x20', '0+2x20'), canaryRuns('0+0x20', '0+0x20')],
  },
  ParleyAuditFinds: {
    fires: [audited('0+0x30 1+0x20')],
    staysQuiet: [audited('0+0x50')],
  },
  ParleyNoTraffic: { fires: [afterAWeek(0)], staysQuiet: [afterAWeek(1), afterAWeek(0, 0)], interval: '5m' },
  ParleyTrafficUnusual: {
    fires: [afterAWeek(10), afterAWeek(0.1)],
    staysQuiet: [afterAWeek(1), afterAWeek(2), afterAWeek(1, 0)],
    interval: '5m',
  },
  ParleySatisfactionLow: {
    fires: [csat(40, 0.82, 0.9)],
    // Too few answers to mean it; the target within the interval; nobody has answered; managers ask for less.
    staysQuiet: [csat(9, 0.5, 0.9), csat(40, 0.93, 0.9), gauge('parley_csat_target', 0.9, 60), csat(40, 0.82, 0.8)],
  },
  ParleySurveyProviderFailing: {
    fires: [provider({ refused: 1, stored: 0 }), provider({ failed: 1 })],
    // Some get through: somebody else knocks. Few; and answers that are of no use are no fault.
    staysQuiet: [
      provider({ refused: 1, stored: 1 }),
      provider({ unknown: 1, duplicate: 1 }),
      provider({ failed: 0.02 }),
    ],
  },
  ParleyDatabaseAway: {
    fires: [up('1+0x10', 5)],
    staysQuiet: [at(5, { [`up{${process}}`]: '1+0x10', [`parley_database_connections{${process}}`]: '9+0x10' })],
  },
  ParleyDatabaseSlow: {
    fires: [commits(10, 0.2)],
    staysQuiet: [commits(58, 0.2), commits(10, 0.95), perMinute('parley_accepted_to_commit_seconds_count', 1, 10)],
  },
  ParleyPoolExhausted: {
    fires: [gauge('parley_database_pool_waiting{instance="a"}', 3, 10)],
    staysQuiet: [at(10, { 'parley_database_pool_waiting{instance="a"}': '3 3 0 3 3 0 3 3 0 3 3' })],
  },
  ParleyConnectionsNearLimit: {
    fires: [at(10, { parley_database_connections: '95+0x10', parley_database_max_connections: '100+0x10' })],
    staysQuiet: [at(10, { parley_database_connections: '40+0x10', parley_database_max_connections: '100+0x10' })],
  },
  ParleyReplicationLag: {
    fires: [gauge('parley_database_replication_lag_seconds', 60, 10)],
    staysQuiet: [gauge('parley_database_replication_lag_seconds', 1, 10), up('1+0x10', 10)],
  },
  ParleyDeadRows: { fires: [rows(200_000, 100)], staysQuiet: [rows(200_000, 1_000_000), rows(50_000, 100)] },
};
