import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import { duration, percent } from './format.ts';
import { promisedKpis } from './judge-kpis.ts';
import { type KpiOverview, kpiOverviewSubscription } from './kpi-overview.ts';
import type { KpiDefinition } from './kpi-series.ts';
import { presentKpis } from './present-kpis.ts';

const nothing: KpiOverview = {
  at: '2026-01-01T00:00:00.000Z',
  since: '2026-01-01T00:00:00.000Z',
  messagesTotal: 0,
  messagesInWindow: 0,
  messagesByMinute: [],
  sentToCommit: null,
  acceptedToCommit: null,
  commitToDelivered: null,
  latencyByMinute: [],
  openConversations: 0,
  waitingConversations: 0,
  closedConversations: 0,
  participantsOnline: 0,
  outboxDepth: 0,
  outboxOldestAgeMs: null,
  deadLetters: 0,
  storedRatio: null,
  deliveredRatio: null,
  consistencyRatio: null,
  uptimeRatio: null,
  errorRatio: null,
  csat: null,
};

type Target = NonNullable<KpiDefinition['target']>;
const defined = (metric: string, unit: KpiDefinition['unit'], comparison: Target['comparison'], value: number) => ({
  metric,
  name: metric,
  definition: 'x',
  unit,
  target: { comparison, value },
});
const definitions: KpiDefinition[] = [
  defined('SENT_TO_STORED', 'MILLISECONDS', 'BELOW', 100),
  defined('STORED_RATIO', 'RATIO', 'ABOVE', 0.9999),
  defined('UPTIME', 'RATIO', 'AT_LEAST', 0.999),
  defined('ERROR_RATIO', 'RATIO', 'BELOW', 0.001),
  defined('CSAT', 'RATIO', 'ABOVE', 0.9),
];

const verdicts = (o: KpiOverview) => promisedKpis(o, definitions).map(({ target }) => target?.verdict);

test('no data is neither 0 nor a verdict', () => {
  assert.deepEqual(verdicts(nothing), Array(5).fill('no data'));
  assert.ok(promisedKpis(nothing, definitions).every(({ figure }) => figure === null));
});

test('a target that is only just reached is missed where it says over or under', () => {
  const limit = { p50Ms: 1, p95Ms: 100, p99Ms: 200, count: 1 };
  const csat = { ratio: 0.9, answers: 10, ninetyFivePercentLow: 0.6, ninetyFivePercentHigh: 0.98 };
  const at = { ...nothing, sentToCommit: limit, storedRatio: 0.9999, uptimeRatio: 0.999, errorRatio: 0.001, csat };
  assert.deepEqual(verdicts(at), ['missed', 'missed', 'met', 'missed', 'missed'], 'only “at least” includes it');
  const over = {
    ...nothing,
    sentToCommit: { ...limit, p95Ms: 99.9 },
    storedRatio: 1,
    uptimeRatio: 1,
    errorRatio: 0,
    csat: { ...csat, ratio: 0.91 },
  };
  assert.deepEqual(verdicts(over), Array(5).fill('met'));
});

test('a share is never shown as better than it is', () => {
  assert.equal(percent(0.999996, 3, 'down').value, '99.999');
  assert.equal(percent(1, 3, 'down').value, '100');
  assert.equal(percent(0.000004, 3, 'up').value, '0.001');
  assert.equal(percent(0, 3, 'up').value, '0');
  assert.equal(percent(0.07, 3, 'down').value, '7');
});

test('durations carry the digits one would say aloud', () => {
  const said = [0.314, 8.42, 230.4, 1_234, 240_000, 9_000_000, 216_000_000].map((ms) =>
    Object.values(duration(ms)).join(' '),
  );
  assert.deepEqual(said, ['0.31 ms', '8.4 ms', '230 ms', '1.2 s', '4 min', '2.5 h', '2.5 d']);
});

test('one dead letter is one too many', () => {
  const target = (deadLetters: number) =>
    presentKpis({ ...nothing, deadLetters }).find(({ key }) => key === 'deadLetters')?.target?.verdict;
  assert.deepEqual([target(0), target(1)], ['met', 'missed']);
});

test('the subscription fits the schema', () => {
  const root = new URL('../..', import.meta.url);
  const files = globSync('server/**/*.graphql', { cwd: root });
  const schema = buildSchema(files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n'));
  assert.deepEqual(validate(schema, parse(kpiOverviewSubscription)), []);
});
