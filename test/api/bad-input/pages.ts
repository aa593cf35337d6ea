import { randomUUID } from 'node:crypto';
import type { BadCase, Scene } from './scene.ts';

const messages = `query Page($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  conversation(id: $id) { messages(first: $first, after: $after, last: $last, before: $before) { edges { cursor } } }
}`;
const conversations = `query List($filter: ConversationFilter, $first: Int, $after: String) {
  conversations(filter: $filter, first: $first, after: $after) { edges { cursor } }
}`;

const sizes = [0, -1, 101, 2 ** 31, -(2 ** 31), 1.5, '7', true];
const crafted = (...parts: unknown[]) => Buffer.from(parts.join(':')).toString('base64url');
const noCursors = [
  'x',
  '!!!',
  '\0',
  '\ud800',
  'cursor',
  crafted('x'),
  crafted(''),
  crafted('message'),
  crafted('conversation'),
];

export function* badPages(): Generator<BadCase> {
  const ofMessages = (args: (scene: Scene) => Record<string, unknown>, field: string): BadCase => ({
    what: `messages by ${field}`,
    document: messages,
    variables: (scene) => ({ id: scene.conversationId, ...args(scene) }),
    code: 'BAD_USER_INPUT',
    field,
  });
  const ofConversations = (args: (scene: Scene) => Record<string, unknown>, field: string): BadCase => ({
    what: `conversations by ${field}`,
    document: conversations,
    variables: args,
    code: 'BAD_USER_INPUT',
    field,
  });

  for (const size of sizes) {
    for (const field of ['first', 'last']) yield ofMessages(() => ({ [field]: size }), field);
    yield ofConversations(() => ({ first: size }), 'first');
  }
  yield ofMessages(() => ({ first: 1, last: 1 }), 'last');

  for (const field of ['after', 'before']) {
    for (const cursor of [...noCursors, ...[-1, 2 ** 31, 1.5, 'x', 'Infinity'].map((seq) => crafted('message', seq))])
      yield ofMessages(() => ({ [field]: cursor }), field);
    yield ofMessages(({ conversationCursor }) => ({ [field]: conversationCursor }), field);
    yield ofMessages(() => ({ [field]: 7 }), field);
  }
  const places: unknown[][] = [['x', randomUUID()], [0, 'x'], [0], [8.64e15, randomUUID()], [-8.64e15, randomUUID()]];
  const more: unknown[][] = [
    [1e300, randomUUID()],
    [-1, randomUUID()],
    [0.5, randomUUID()],
    [0, `${randomUUID()}\0`],
  ];
  for (const cursor of [...noCursors, ...[...places, ...more].map((place) => crafted('conversation', ...place))])
    yield ofConversations(() => ({ after: cursor }), 'after');
  yield ofConversations(({ messageCursor }) => ({ after: messageCursor }), 'after');

  for (const status of ['OPENED', 'open', '', null, 7, {}])
    yield ofConversations(() => ({ filter: { status: [status] } }), 'status');
  yield ofConversations(() => ({ filter: { mine: 'yes' } }), 'mine');
  yield ofConversations(() => ({ filter: { colour: 'x' } }), 'colour');
  for (const field of ['topic', 'queue', 'search'])
    for (const text of ['\0', '\ud800', 'x'.repeat(201), 7])
      yield ofConversations(() => ({ filter: { [field]: text } }), field);
  for (const field of ['since', 'until'])
    for (const time of ['yesterday', '2026-02-30T00:00:00Z', 7])
      yield ofConversations(() => ({ filter: { [field]: time } }), field);
}
