import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getOperationAST, parse } from 'graphql';
import { conversationUpdatesSubscription } from '../../client/operations.ts';
import { isSameForAll } from './same-for-all.ts';
import { createSchema } from './schema.ts';

const schema = createSchema();

function sameFor(type: string, source: string): boolean {
  const document = parse(source);
  return isSameForAll(schema, document, getOperationAST(document)!, type);
}
const follow = (selection: string, more = '') =>
  `subscription S($id: ID!, $yes: Boolean = true) { conversationUpdates(conversationId: $id) ${selection} } ${more}`;

test('what the client asks of messages and receipts is the same for all; what has become of a conversation is not', () => {
  for (const type of ['MessagePosted', 'MessageEdited', 'ReceiptAdvanced', 'TypingChanged', 'ParticipantJoined'])
    assert.equal(sameFor(type, conversationUpdatesSubscription), true, type);
  assert.equal(sameFor('ConversationChanged', conversationUpdatesSubscription), false);
});

test('fields that depend on the viewer are found wherever they stand', () => {
  const hidden = [
    '{ ... on MessagePosted { message { sender { externalId } } } }',
    '{ ... on ConversationEvent { actor { id ... on Participant { externalId } } } }',
    '{ ...Parts }',
  ];
  const parts =
    'fragment Parts on MessagePosted { message { ...Sent } } fragment Sent on Message { sender { externalId } }';
  for (const [i, selection] of hidden.entries())
    assert.equal(sameFor('MessagePosted', follow(selection, i === 2 ? parts : '')), false, selection);
  assert.equal(sameFor('TypingChanged', follow('{ ...Parts }', parts)), true);
});

test('what variables or directives may change is nobody else’s', () => {
  assert.equal(sameFor('MessagePosted', follow('{ ... on MessagePosted { seq @include(if: $yes) } }')), false);
  assert.equal(sameFor('MessagePosted', follow('{ ... on MessagePosted @skip(if: $yes) { seq } }')), false);
  assert.equal(sameFor('MessagePosted', 'subscription { inboxUpdates { update { __typename } } }'), false);
});
