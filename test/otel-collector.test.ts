import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';

/** What deploy/otel-collector/config.yaml looks for in spans is what the code puts there. (The real collector took it as it is.) */
const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const config = parse(file('deploy/otel-collector/config.yaml'));
const policies: any[] = config.processors.tail_sampling.policies;
const telemetry = globSync('server/telemetry/*-trace.ts').map(file).join('');

test('the collector keeps what failed and what was slow, and a share of the rest', () => {
  assert.deepEqual(policies.find(({ type }) => type === 'status_code').status_code, { status_codes: ['ERROR'] });
  for (const key of ['parley.accepted_to_commit_ms', 'parley.commit_to_delivered_ms']) {
    const slow = policies.find(({ numeric_attribute }) => numeric_attribute?.key === key);
    assert.equal(slow.numeric_attribute.min_value, 100, 'the target');
  }
  const rest = policies.filter(({ type }) => type === 'probabilistic');
  assert.deepEqual(
    rest.map(({ probabilistic }) => probabilistic),
    [{ sampling_percentage: 10 }],
  );
});

test('each attribute that it looks at is one that spans have, with each of these values', () => {
  for (const { name, string_attribute, numeric_attribute } of policies) {
    const { key, values = [] } = string_attribute ?? numeric_attribute ?? {};
    if (key) assert.ok(telemetry.includes(`'${key}'`), `${name}: ${key}`);
    for (const value of values) {
      const sources = globSync('server/{telemetry,delivery,outbox}/*.ts').map(file);
      assert.ok(
        sources.some((source) => source.includes(`'${value}'`)),
        `${name}: ${value}`,
      );
    }
  }
});

test('every part of its pipelines is configured, and every configured part used', () => {
  for (const { receivers, processors, exporters } of Object.values<any>(config.service.pipelines)) {
    assert.deepEqual(receivers, Object.keys(config.receivers));
    assert.deepEqual(processors, Object.keys(config.processors));
    assert.deepEqual(exporters, Object.keys(config.exporters));
  }
  const { decision_wait: wait, decision_cache: cache } = config.processors.tail_sampling;
  assert.match(wait, /^\d+s$/);
  assert.ok(cache.sampled_cache_size > 0 && cache.non_sampled_cache_size > 0, 'late receipts follow the decision');
});
