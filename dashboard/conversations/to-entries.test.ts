import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import type { ConfirmedMessage } from '../../client/index.ts';
import { endSessionMutation, peopleQuery, revokeMutation, sessionsQuery } from '../sessions/session-list.ts';
import { toVariables } from './conversation-filter.ts';
import { agentsQuery, conversationsQuery } from './conversation-list.ts';
import { type HistoryEvent, historyQuery, openNotesMutation } from './history.ts';
import { eventText, receiptsOf, toEntries } from './to-entries.ts';

const person = (name: string) => ({ id: name, name, role: 'AGENT' as const });
const [ada, max] = [person('Ada'), person('Max')];
const at = '2026-11-22T12:00:00.000Z';
const message = (seq: number) => ({ id: `m${seq}`, seq, sender: ada }) as ConfirmedMessage;
const event = (seq: number, given: Partial<HistoryEvent> = {}): HistoryEvent => ({
  __typename: 'ConversationChanged',
  seq,
  at,
  actor: ada,
  ...given,
});

test('messages and events stand in the order of the log, from the oldest message that is here', () => {
  const waiting = {
    id: 'm9',
    seq: null,
    body: '',
    status: 'pending',
    failure: null,
    createdAt: at,
    change: null,
  } as const;
  const entries = toEntries([message(4), message(6), waiting], [event(1), event(3), event(5), event(7)], 3);
  assert.deepEqual(
    entries.map(({ key }) => key),
    ['event-3', 'm4', 'event-5', 'm6', 'event-7'],
  );
});

test('an event is told in words, and what it does not say is not guessed', () => {
  const cases: [Partial<HistoryEvent>, string][] = [
    [{ change: 'ASSIGNED', assignedTo: ada }, 'Ada took it'],
    [{ change: 'ASSIGNED', assignedTo: max }, 'Assigned to Max by Ada'],
    [{ change: 'UNASSIGNED' }, 'It waits for an agent again'],
    [{ change: 'CLOSED', actor: null }, 'Closed'],
    [{ change: 'REOPENED' }, 'Opened again by Ada'],
    [{ change: 'MOVED' }, 'Put into another queue by Ada'],
    [{ change: null }, 'Status, assignee or subject changed by Ada'],
    [{ __typename: 'ParticipantJoined', participant: ada }, 'Ada joined'],
    [{ __typename: 'ParticipantJoined', participant: max }, 'Max was added by Ada'],
    [{ __typename: 'ParticipantLeft', participant: max }, 'Max was removed by Ada'],
    [
      { __typename: 'ParticipantDeleted', participant: max },
      'A participant was deleted by Ada; what they wrote is gone',
    ],
    [{ __typename: 'ParticipantIdentified', participant: max }, 'The visitor turned out to be Max'],
  ];
  for (const [given, expected] of cases) assert.equal(eventText(event(1, given)), expected);
});

test('a message is read, delivered or missing by member; who left without it is not waited for', () => {
  const member = (name: string, deliveredSeq: number, readSeq: number, present = true) => ({
    ...person(name),
    present,
    online: false,
    typing: false,
    deliveredSeq,
    readSeq,
  });
  const members = [
    member('Ada', 9, 9),
    member('Ben', 9, 5),
    member('Cy', 5, 4),
    member('Di', 4, 4),
    member('Ed', 0, 0, false),
  ];
  assert.deepEqual(receiptsOf(message(5), { members }), { read: ['Ben'], delivered: ['Cy'], missing: ['Di'] });
});

test('the address says what the API is asked for', () => {
  const now = Date.parse('2026-11-22T12:34:56Z');
  const narrow = { status: 'OPEN', priority: 'HIGH', queue: 'u', topic: 't', agent: 'a', participant: 'p' };
  const filter = { ...narrow, q: 'x', range: '7d' };
  assert.deepEqual(toVariables(filter, now), {
    search: 'x',
    status: ['OPEN'],
    priority: ['HIGH'],
    queue: 'u',
    topic: 't',
    assigneeId: 'a',
    participantId: 'p',
    since: '2026-11-15T12:00:00.000Z',
  });
  assert.deepEqual(Object.values(toVariables({ ...filter, q: '', range: 'x' }, now)).filter(Boolean).length, 6);
});

test('the queries fit the schema', () => {
  const root = new URL('../..', import.meta.url);
  const files = globSync('server/**/*.graphql', { cwd: root });
  const schema = buildSchema(files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n'));
  const all = [
    conversationsQuery,
    agentsQuery,
    historyQuery,
    openNotesMutation,
    sessionsQuery,
    peopleQuery,
    endSessionMutation,
    revokeMutation,
  ];
  for (const query of all) assert.deepEqual(validate(schema, parse(query)), []);
});
