import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import { compare, detailOf, judgeTarget, textOf } from './judge-trend.ts';
import { type KpiSeries, type KpiValue, kpiSeriesQuery, kpisQuery, ranges } from './kpi-series.ts';

const week = ranges.find(({ key }) => key === '7d')!;
const valued = (value: number | null, count = 1): KpiValue => ({ value, count, interval: null });
const kpi = (unit: KpiSeries['kpi']['unit'], target: KpiSeries['kpi']['target'] = null) => ({
  metric: 'X',
  name: 'X',
  definition: 'x',
  unit,
  target,
});
const stored = kpi('RATIO', { value: 0.9999, comparison: 'ABOVE' });
const latency = kpi('MILLISECONDS', { value: 100, comparison: 'BELOW' });
const told = (of: KpiSeries['kpi'], now: number | null, before: number | null) =>
  compare({ kpi: of, points: [], total: valued(now), previous: valued(before) }, week);

test('no data is neither 0 nor a verdict nor a change', () => {
  assert.equal(textOf(latency, null), 'No data');
  assert.equal(judgeTarget(latency, null)?.verdict, 'no data');
  assert.deepEqual(told(latency, 5, null), { text: 'No data for the 7 days before', tone: 'neutral' });
  assert.deepEqual(told(latency, null, 5), { text: 'In the 7 days before: 5 ms', tone: 'neutral' });
});

test('a change is better or worse by its target; without one it is only up or down', () => {
  assert.deepEqual(told(latency, 40, 20), { text: 'Worse than in the 7 days before: 20 ms', tone: 'worse' });
  assert.deepEqual(told(latency, 20, 40), { text: 'Better than in the 7 days before: 40 ms', tone: 'better' });
  assert.equal(told(stored, 1, 0.9998).tone, 'better');
  assert.deepEqual(told(kpi('COUNT'), 12, 10), { text: 'Up from the 7 days before: 10', tone: 'neutral' });
  assert.deepEqual(told(latency, 20.001, 20.002), { text: 'As in the 7 days before', tone: 'neutral' });
});

test('a share never looks better than it is, nor like its target when it misses it', () => {
  assert.equal(textOf(stored, 0.999996), '99.999 %');
  assert.deepEqual(judgeTarget(stored, 0.9999), { text: 'over 99.99 %', verdict: 'missed' });
  assert.equal(textOf(kpi('RATIO', { value: 0.001, comparison: 'BELOW' }), 0.000004), '0.001 %');
});

test('satisfaction tells how many answered, and how sure that makes it', () => {
  const total = { value: 0.9, count: 10, interval: { low: 0.596, high: 0.982 } };
  const csat = kpi('RATIO', { value: 0.9, comparison: 'ABOVE' });
  assert.equal(detailOf({ kpi: csat, points: [], total, previous: total }), '10 answers · 59–99 %');
});

test('the queries fit the schema', () => {
  const root = new URL('../..', import.meta.url);
  const files = globSync('server/**/*.graphql', { cwd: root });
  const schema = buildSchema(files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n'));
  for (const query of [kpiSeriesQuery, kpisQuery]) assert.deepEqual(validate(schema, parse(query)), []);
});
