import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, type GraphQLEnumType, parse, validate } from 'graphql';
import { deliveryMetrics, legs } from '../delivery/delivery-series.ts';
import { overviewMetrics } from '../overview/kpi-series.ts';
import { supportDeskQuery, supportMetrics, trafficQuery } from './support-desk.ts';

test('the queries fit the schema, and every key figure is on a page', () => {
  const root = new URL('../..', import.meta.url);
  const files = globSync('server/**/*.graphql', { cwd: root });
  const schema = buildSchema(files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n'));
  for (const query of [supportDeskQuery, trafficQuery]) assert.deepEqual(validate(schema, parse(query)), []);
  const known = (schema.getType('KpiMetric') as GraphQLEnumType).getValues().map(({ name }) => name);
  const shown = new Set<string>([...overviewMetrics, ...supportMetrics, ...deliveryMetrics, ...legs]);
  assert.deepEqual([...shown].sort(), known.sort());
});
