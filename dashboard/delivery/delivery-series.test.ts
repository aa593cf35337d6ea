import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, type GraphQLEnumType, parse, validate } from 'graphql';
import { deliveryMetrics, latenciesQuery, legs, slowestMessagesQuery } from './delivery-series.ts';

test('the queries fit the schema, which knows all figures of the page', () => {
  const root = new URL('../..', import.meta.url);
  const files = globSync('server/**/*.graphql', { cwd: root });
  const schema = buildSchema(files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n'));
  for (const query of [latenciesQuery, slowestMessagesQuery]) assert.deepEqual(validate(schema, parse(query)), []);
  const known = (schema.getType('KpiMetric') as GraphQLEnumType).getValues().map(({ name }) => name);
  assert.deepEqual(
    [...legs, ...deliveryMetrics].filter((metric) => !known.includes(metric)),
    [],
  );
});
