import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapAnswer } from './map-answer.ts';
import { toGiven } from './provider.ts';

const form = {
  asksNps: true,
  questions: [
    { id: 'fast', text: 'Fast?', kind: 'YES_NO' },
    { id: 'kind', text: 'Kind?', kind: 'SCALE' },
    { id: 'else', text: 'Else?', kind: 'TEXT' },
  ],
} as const;
const ids = { rating: 'r', comment: 'c', nps: 'n', question1: 'q1', question2: 'q2', question3: 'q3' };
const map = (given: Record<string, unknown>) =>
  mapAnswer(
    form,
    ids,
    new Map(
      Object.entries(given)
        .flatMap(([id, value]) => [[id, toGiven(value)!] as const])
        .filter(([, one]) => one),
    ),
  );

test('what fits is taken, whether it came as a number or as words', () => {
  const expected = {
    rating: 5,
    comment: 'Fine',
    nps: 0,
    answers: [
      { questionId: 'fast', value: 0, text: null },
      { questionId: 'kind', value: 3, text: null },
      { questionId: 'else', value: null, text: '7' },
    ],
  };
  assert.deepEqual(map({ r: 5, c: 'Fine', n: 0, q1: 'No', q2: 3, q3: 7 }), expected);
  assert.deepEqual(map({ r: ' 5 ', c: 'Fine', n: '0', q1: 0, q2: '3', q3: '7' }), expected);
});

test('what does not fit is left out; without a rating there is no answer', () => {
  const only = { rating: 1, comment: null, nps: null, answers: [] };
  assert.deepEqual(map({ r: 1, c: '  ', n: 11, q1: 'perhaps', q2: 6, q3: '' }), only);
  assert.deepEqual(map({ r: 1, n: -1, q1: 2, q2: 2.5 }), only);
  for (const r of [0, 6, 4.5, 'five', '', null]) assert.equal(map({ r, c: 'Fine' }), undefined, String(r));
});

test('words are as PostgreSQL takes them, and no longer than Parley’s own form allows', () => {
  assert.equal(map({ r: 1, c: 'a\0b\ud800' })!.comment, 'ab\ufffd');
  assert.equal([...map({ r: 1, c: '🐌'.repeat(2_001) })!.comment!].length, 2_000);
  assert.equal(map({ r: 1, c: `a${'🐌'.repeat(9_000)}` })!.comment!.isWellFormed(), true);
});
