import { type MutationName, withField } from './mutations.ts';
import type { BadCase } from './scene.ts';

const fields: [mutation: MutationName, field: string, max: number, mayBeEmpty: boolean][] = [
  ['sendMessage', 'body', 8_000, false],
  ['editMessage', 'body', 8_000, false],
  ['addParticipant', 'externalId', 200, false],
  ['startConversation', 'subject', 200, true],
  ['startConversation', 'topic', 200, true],
  ['startConversation', 'queue', 200, true],
  ['moveConversation', 'queue', 200, true],
  ['submitSurvey', 'comment', 2_000, true],
];

/** Too long, empty, with NUL (which PostgreSQL cannot store), ill-formed (which would come back changed), or no text. */
export function* badTexts(): Generator<BadCase> {
  for (const [name, field, max, mayBeEmpty] of fields) {
    yield withField(name, field, 'x'.repeat(max + 1));
    yield withField(name, field, '😀'.repeat(max + 1));
    for (const text of ['\0', 'a\0b', '\ud83d', 'a\udc00b', '\udfff\ud83d', 7, true, {}, ['a']])
      yield withField(name, field, text);
    if (!mayBeEmpty) for (const text of ['', null, undefined]) yield withField(name, field, text);
  }
}

const dates = [
  ...['', 'yesterday', '2026-11-22', '2026-11-22 09:30:00Z', '2026-11-22T09:30:00', '2026-11-22T09:30Z'],
  ...['2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-02-29T00:00:00Z'],
  ...['2026-11-22T24:00:00Z', '2026-11-22T09:60:00Z', '2026-11-22T09:30:60Z', '2026-11-22T09:30:00+25:00'],
  ...['0000-12-31T00:00:00Z', '+12026-11-22T09:30:00Z', '-2026-11-22T09:30:00Z', '2026-11-22T09:30:00Z\0'],
  ...[1_795_000_000, true, {}, []],
];

export function* badDates(): Generator<BadCase> {
  for (const date of dates) yield withField('sendMessage', 'sentAt', date);
}
