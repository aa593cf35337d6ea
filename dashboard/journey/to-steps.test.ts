import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import { type MessageJourney, messageJourneyQuery } from './message-journey.ts';
import { toSteps } from './to-steps.ts';

const at = (ms: number) => new Date(1_800_000_000_000 + ms).toISOString();
const person = (name: string) => ({ id: name, name, role: 'AGENT' as const });
const recipient = (name: string, given: Partial<MessageJourney['recipients'][number]>) => ({
  participant: person(name),
  status: 'SENT' as const,
  deliveredAt: null,
  readAt: null,
  leftAt: null,
  ...given,
});
const journey = (given: Partial<MessageJourney> = {}): MessageJourney => ({
  message: {
    id: 'm',
    conversationId: 'c',
    seq: 7,
    sender: person('Cleo'),
    status: 'SENT',
    sentAt: at(0),
    createdAt: at(20),
    editedAt: null,
    deletedAt: null,
  },
  publishing: {
    state: 'PUBLISHED',
    publishedAt: at(22),
    swept: false,
    failedAttempts: 0,
    lastError: null,
    nextAttemptAt: null,
    setAsideAt: null,
    replayedAt: null,
  },
  recipients: [],
  timesKeptSince: at(-1),
  traceId: null,
  traceUrl: null,
  ...given,
});
const titles = (given: Partial<MessageJourney>) => toSteps(journey(given)).map(({ title }) => title);

test('what happened comes in its order, what has not happened last', () => {
  const recipients = [
    recipient('Ada', { status: 'READ', deliveredAt: at(40), readAt: at(900) }),
    recipient('Ben', { status: 'DELIVERED', deliveredAt: at(30) }),
    recipient('Eve', {}),
  ];
  assert.deepEqual(titles({ recipients }), [
    'Sent by Cleo',
    'Committed',
    'Published',
    'Delivered to Ben',
    'Delivered to Ada',
    'Read by Ada',
    'Not read by Ben yet',
    'Not delivered to Eve yet',
  ]);
});

test('a time that nobody noted is said to be missing, and made up from nothing', () => {
  const recipients = [recipient('Ada', { status: 'READ' })];
  const steps = toSteps(journey({ recipients })).slice(-2);
  assert.deepEqual(
    steps.map(({ at, state, notes }) => [at, state, notes]),
    [
      [null, 'done', ['No time is known for it']],
      [null, 'done', ['No time is known for it']],
    ],
  );
});

test('what failed on the way is trouble, with its reason', () => {
  const { publishing } = journey();
  const failed = { ...publishing, publishedAt: null, failedAttempts: 3, lastError: 'no permission' };
  const step = (state: MessageJourney['publishing']['state']) =>
    toSteps(journey({ publishing: { ...failed, state, setAsideAt: state === 'DEAD_LETTER' ? at(5_000) : null } })).find(
      ({ key }) => key === 'published',
    )!;
  for (const state of ['WAITING', 'DEAD_LETTER'] as const) {
    assert.equal(step(state).state, 'trouble');
    assert.deepEqual(step(state).notes.slice(-2), ['3 failed attempts', '“no permission”']);
  }
  assert.equal(step('DEAD_LETTER').at, at(5_000));
});

test('the query fits the schema', () => {
  const root = new URL('../..', import.meta.url);
  const files = globSync('server/**/*.graphql', { cwd: root });
  const schema = buildSchema(files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n'));
  assert.deepEqual(validate(schema, parse(messageJourneyQuery)), []);
});
