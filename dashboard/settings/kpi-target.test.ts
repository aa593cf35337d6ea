import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import {
  deadLettersQuery,
  discardDeadLettersMutation,
  replayDeadLettersMutation,
} from '../dead-letters/dead-letter.ts';
import { fromShown, setTargetMutation, type TargetedKpi, targetsQuery, toShown } from './kpi-target.ts';

test('the documents of the settings and the dead letters fit the schema', () => {
  const root = new URL('../..', import.meta.url);
  const files = globSync('server/**/*.graphql', { cwd: root });
  const schema = buildSchema(files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n'));
  const documents = [
    targetsQuery,
    setTargetMutation,
    deadLettersQuery,
    replayDeadLettersMutation,
    discardDeadLettersMutation,
  ];
  for (const document of documents) assert.deepEqual(validate(schema, parse(document)), []);
});

test('a share is shown in per cent and comes back as it was', () => {
  const share = { unit: 'RATIO' } as TargetedKpi;
  for (const value of [0.9999, 0.999, 0.001, 0.9, 1, 0, 0.123456])
    assert.equal(fromShown(share, toShown(share, value)), value);
  assert.equal(toShown(share, 0.9999), 99.99);
  assert.equal(toShown({ unit: 'COUNT' } as TargetedKpi, 500), 500);
});
