import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse, validate } from 'graphql';
import { createSchema } from '../server/graphql/schema.ts';

/** The plans for other people's tools are run by hand; that what they ask for exists is looked at here. */
const read = (path: string) => readFileSync(new URL(`../bench/${path}`, import.meta.url), 'utf8');

const locust = [...read('locust/parley.py').matchAll(/^[A-Z]+ = "(""|(?!""))([\s\S]+?)"\1$/gm)].map(
  ([, , text]) => text!,
);
const jmeter = [...read('jmeter/parley.jmx').matchAll(/&quot;query&quot;:&quot;(.+?)&quot;,&quot;variables/g)].map(
  ([, text]) => text!,
);

test('Locust’s and JMeter’s documents are valid in the schema', () => {
  assert.deepEqual([locust.length, jmeter.length], [5, 3]);
  const schema = createSchema();
  for (const text of [...locust, ...jmeter]) assert.deepEqual(validate(schema, parse(text)), [], text);
});
