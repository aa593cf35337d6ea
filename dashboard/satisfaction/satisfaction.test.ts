import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import * as forms from '../survey/survey-form.ts';
import { explainChange, shareText } from './explain-change.ts';
import * as documents from './satisfaction.ts';

test('the documents of satisfaction and surveys fit the schema', () => {
  const root = new URL('../..', import.meta.url);
  const files = globSync('server/**/*.graphql', { cwd: root });
  const schema = buildSchema(files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n'));
  const all = Object.entries({ ...documents, ...forms }).filter(([name]) =>
    /(Query|Mutation|Subscription)$/.test(name),
  );
  assert.equal(all.length, 9);
  for (const [name, document] of all) assert.deepEqual(validate(schema, parse(document as string)), [], name);
});

test('a draft is sent without what was left out', () => {
  const draft = { ...forms.emptyDraft, rating: 4, comment: ' ', values: { a: 0, b: ' tea ', c: '' } };
  assert.deepEqual(forms.toInput(draft), {
    rating: 4,
    comment: null,
    nps: null,
    answers: [
      { questionId: 'a', value: 0 },
      { questionId: 'b', text: 'tea' },
    ],
  });
});

test('who and what most of the dissatisfied answers are about comes first, with how it was before', () => {
  const group = (answers: number, ratio: number, before: number) => ({
    score: { answers, ratio, ratings: [] },
    previous: { answers: before, ratio: 0.5 },
  });
  const causes = explainChange({
    total: { answers: 20, ratio: 0.6 } as documents.Score,
    byAgent: [
      { agent: { id: '1', name: 'Ada' }, ...group(10, 0.9, 2) },
      { agent: { id: '2', name: 'Ben' }, ...group(8, 0.25, 0) },
      { agent: null, ...group(9, 0, 4) },
    ],
    byQueue: [
      { queue: 'Billing', ...group(12, 0.5, 0) },
      { queue: null, ...group(9, 0, 0) },
    ],
    byTopic: [{ topic: 'billing', ...group(7, 1, 7) }],
  });
  assert.deepEqual(
    causes.map(({ name, text }) => [name, text]),
    [
      ['Ben', '6 of 8 dissatisfied, none rated before'],
      ['Ada', '1 of 10 dissatisfied, before 1 of 2'],
      ['Billing', '6 of 12 dissatisfied, none rated before'],
    ],
  );
});

test('a share is cut towards the worse, and none is not 0', () => {
  assert.deepEqual([0.8999, 0.9, 1, 0, null].map(shareText), ['89 %', '90 %', '100 %', '0 %', 'No data']);
});
