import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import * as operations from './operations.ts';

const root = new URL('..', import.meta.url);
const files = globSync('server/**/*.graphql', { cwd: root }).sort();
const schema = buildSchema(files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n'));

for (const [name, document] of Object.entries(operations)) {
  test(`${name} fits the schema`, () => {
    assert.deepEqual(validate(schema, parse(document)), []);
  });
}
