import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { claimedConversation, rate } from './operations.ts';
import { overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();

const followed =
  'subscription ($id: ID!, $seq: Int) { conversationUpdates(conversationId: $id, afterSeq: $seq) { __typename } }';
const inbox =
  'subscription ($positions: [ConversationPosition!]) { inboxUpdates(positions: $positions) { conversation { id } } }';

describe('a subscription tells', () => {
  test('every kind of event and of state, in the words of the contract', async (t) => {
    const { cleo, ada, conversationId } = await claimedConversation(t, server);
    const frames = ada.follow(conversationId, 0);
    await frames.caughtUp();
    const { id: messageId } = await cleo.send(conversationId, 'Hallo');
    await cleo.run(documents.edit, { input: { conversationId, messageId, body: 'Hello', version: 1 } });
    await cleo.run(documents.remove, { input: { conversationId, messageId } });
    await cleo.run(documents.type, { input: { conversationId, typing: true } });
    await cleo.acknowledge(conversationId, { readSeq: 5 });
    const bob = await connect(t, server, { role: 'AGENT' });
    await ada.run(documents.assign, { input: { conversationId, agentId: bob.id } });
    await bob.run(documents.leave, { input: { conversationId } });
    await cleo.run(documents.close, { input: { conversationId } });
    await frames.seq(10);
    assert.deepEqual(
      frames.events.map(({ seq, __typename, actor }) => [seq, __typename, actor.id]),
      [
        [1, 'ParticipantJoined', ada.id],
        [2, 'ConversationChanged', ada.id],
        [3, 'MessagePosted', cleo.id],
        [4, 'MessageEdited', cleo.id],
        [5, 'MessageDeleted', cleo.id],
        [6, 'ParticipantJoined', ada.id],
        [7, 'ConversationChanged', ada.id],
        [8, 'ParticipantLeft', bob.id],
        [9, 'ConversationChanged', bob.id],
        [10, 'ConversationChanged', cleo.id],
      ],
    );
    const kinds = new Set(frames.all.map(({ __typename }) => __typename));
    for (const kind of ['ReceiptAdvanced', 'PresenceChanged', 'TypingChanged', 'CaughtUp'])
      assert.ok(kinds.has(kind), kind);
    // Objects show their state at delivery: what was replayed is as it is now, what was live as it was.
    assert.equal(frames.events.at(-1).conversation.status, 'CLOSED');
    assert.equal(frames.events[3].message.body, 'Hello');
  });

  test('receipts and presence of everybody first, then the backlog, then that it has caught up', async (t) => {
    const { cleo, ada, conversationId } = await claimedConversation(t, server);
    await ada.acknowledge(conversationId, { readSeq: 2 });
    const frames = cleo.follow(conversationId, 0);
    await frames.caughtUp();
    const order = frames.all.map(({ __typename }) => __typename);
    assert.deepEqual(order.slice(4), ['ParticipantJoined', 'ConversationChanged', 'CaughtUp']);
    const receipts = frames.all.filter(({ __typename }) => __typename === 'ReceiptAdvanced');
    assert.deepEqual(
      new Map(receipts.map(({ participant, deliveredSeq, readSeq }) => [participant.id, [deliveredSeq, readSeq]])),
      new Map([
        [cleo.id, [0, 0]],
        [ada.id, [2, 2]],
      ]),
    );
  });

  test('nothing of the past without a position', async (t) => {
    const { cleo, ada, conversationId } = await claimedConversation(t, server);
    await cleo.send(conversationId, 'Before');
    const frames = ada.follow(conversationId);
    assert.equal((await frames.caughtUp()).headSeq, 3);
    await cleo.send(conversationId, 'After');
    await frames.seq(4);
    assert.deepEqual(frames.seqs, [4]);
  });

  test('agents what they are not members of; customers only what is theirs', async (t) => {
    const { cleo, conversationId } = await claimedConversation(t, server);
    const bob = await connect(t, server, { role: 'AGENT' });
    const mallory = await connect(t, server);
    const frames = bob.follow(conversationId, 0);
    await frames.caughtUp();
    await cleo.send(conversationId, 'Hello');
    await frames.seq(3);
    const refused = mallory.follow(conversationId, 0);
    await refused.end();
    assert.equal(refused.all[0].errors[0].extensions.code, 'NOT_FOUND');
  });

  test('a survey from nobody but the customer; it is no event', async (t) => {
    const { cleo, ada, conversationId } = await claimedConversation(t, server);
    const frames = ada.follow(conversationId);
    await frames.caughtUp();
    await cleo.run(documents.close, { input: { conversationId } });
    await rate((actor, document, variables) => actor.run(document, variables), cleo, { conversationId, rating: 5 });
    await ada.run(documents.reopen, { input: { conversationId } });
    await frames.seq(4);
    assert.deepEqual(frames.seqs, [3, 4]);
  });
});

describe('an inbox', () => {
  test('starts after what was delivered, or at the positions given, and learns of new conversations', async (t) => {
    const { cleo, ada, conversationId } = await claimedConversation(t, server);
    await cleo.send(conversationId, 'One');
    await ada.acknowledge(conversationId, { deliveredSeq: 2 });
    const byWatermark = ada.followInbox();
    await byWatermark.caughtUp();
    assert.deepEqual(byWatermark.seqs, [3]);
    const byPosition = ada.followInbox([{ conversationId, seq: 1 }]);
    await byPosition.caughtUp();
    assert.deepEqual(byPosition.seqs, [2, 3]);
    const fromTheStart = ada.followInbox([]);
    await fromTheStart.caughtUp();
    assert.deepEqual(fromTheStart.seqs, [1, 2, 3]);

    const another = await cleo.start();
    await ada.claim(another);
    for (const frames of [byWatermark, byPosition, fromTheStart]) {
      await frames.until(({ conversation, update }) => conversation.id === another && update.seq === 2);
      assert.deepEqual(
        frames.all
          .filter(({ conversation, update }) => conversation.id === another && update.seq)
          .map(({ update }) => update.seq),
        [1, 2],
      );
    }
  });

  test('passes over positions in conversations that are not the viewer’s', async (t) => {
    const { cleo, ada, conversationId } = await claimedConversation(t, server);
    const foreign = await cleo.start();
    const frames = ada.followInbox([
      { conversationId: foreign, seq: 5 },
      { conversationId: randomUUID(), seq: 0 },
    ]);
    await frames.caughtUp();
    assert.ok(frames.all.every(({ conversation }) => conversation.id === conversationId));
  });
});

describe('a subscription that cannot be is refused by code and field', () => {
  const positions: [what: string, document: string, variables: (id: string) => object, code: string, field?: string][] =
    [
      ['an unknown conversation', followed, () => ({ id: randomUUID() }), 'NOT_FOUND'],
      ['a malformed id', followed, () => ({ id: 'x' }), 'BAD_USER_INPUT', 'conversationId'],
      ['a missing id', followed, () => ({}), 'BAD_USER_INPUT', 'id'],
      ['a negative position', followed, (id) => ({ id, seq: -1 }), 'BAD_USER_INPUT', 'afterSeq'],
      ['a position above the head', followed, (id) => ({ id, seq: 3 }), 'BAD_USER_INPUT', 'afterSeq'],
      ['a position of 2^31', followed, (id) => ({ id, seq: 2 ** 31 }), 'BAD_USER_INPUT', 'seq'],
      [
        'an inbox from a malformed id',
        inbox,
        () => ({ positions: [{ conversationId: 'x', seq: 0 }] }),
        'BAD_USER_INPUT',
        'positions',
      ],
      [
        'an inbox from below 0',
        inbox,
        (conversationId) => ({ positions: [{ conversationId, seq: -1 }] }),
        'BAD_USER_INPUT',
        'positions',
      ],
      [
        'an inbox from above the head',
        inbox,
        (conversationId) => ({ positions: [{ conversationId, seq: 3 }] }),
        'BAD_USER_INPUT',
        'positions',
      ],
      [
        'an inbox with a conversation twice',
        inbox,
        (id) => ({ positions: [id, id.toUpperCase()].map((conversationId) => ({ conversationId, seq: 0 })) }),
        'BAD_USER_INPUT',
        'positions',
      ],
      [
        'an inbox position without a seq',
        inbox,
        (conversationId) => ({ positions: [{ conversationId }] }),
        'BAD_USER_INPUT',
        'seq',
      ],
    ];
  for (const [what, document, variables, code, field] of positions) {
    test(what, async (t) => {
      const { ada, conversationId } = await claimedConversation(t, server);
      const frames = ada.subscribe(document, variables(conversationId) as Record<string, unknown>);
      await frames.end();
      assert.equal(frames.all.length, 1);
      const [{ extensions }] = frames.all[0].errors;
      assert.deepEqual([extensions.code, extensions.field], [code, field]);
    });
  }
});

overBothTransports('its history says who came, and what was made of it, for the whole log', async (t, ask) => {
  const staff = { role: 'AGENT', name: 'Ada' } as const;
  const [cleo, ada, bob] = [await connect(t, server), await connect(t, server, staff), await connect(t, server, staff)];
  const id = await cleo.start();
  await ada.claim(id);
  await cleo.send(id, 'hello');
  await ada.run(documents.assign, { input: { conversationId: id, agentId: bob.id } });
  await bob.run(documents.leave, { input: { conversationId: id } });
  await ada.run(documents.close, { input: { conversationId: id } });
  await ada.run(documents.reopen, { input: { conversationId: id } });
  const history = async (args: object = {}): Promise<string[]> => {
    const document = `query ($id: ID!, $last: Int, $beforeSeq: Int) { conversation(id: $id) { history(last: $last, beforeSeq: $beforeSeq) {
      __typename seq at actor { id } ... on ParticipantJoined { participant { id } } ... on ParticipantLeft { participant { id } }
      ... on ConversationChanged { change assignedTo { id } }
    } } }`;
    const name = (person: any) => (person ? [ada, bob, cleo].findIndex((one) => one.id === person.id) : '');
    return (await ask(cleo, document, { id, ...args })).conversation.history.map(
      ({ __typename, seq, change, participant, assignedTo, actor }: any) =>
        `${seq} ${change ?? __typename} ${name(participant ?? assignedTo)} by ${name(actor)}`,
    );
  };
  const all = [
    '1 ParticipantJoined 0 by 0',
    '2 ASSIGNED 0 by 0',
    '4 ParticipantJoined 1 by 0',
    '5 ASSIGNED 1 by 0',
    '6 ParticipantLeft 1 by 1',
    '7 UNASSIGNED  by 1',
    '8 CLOSED  by 0',
    '9 REOPENED  by 0',
  ];
  assert.deepEqual(await history(), all);
  assert.deepEqual(await history({ last: 2, beforeSeq: 8 }), all.slice(4, 6));
  await assert.rejects(history({ last: 101 }), refused('BAD_USER_INPUT'));
  await assert.rejects(
    ask(await connect(t, server), 'query ($id: ID!) { conversation(id: $id) { history { seq } } }', { id }),
  );
});
