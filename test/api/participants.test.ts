import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { type Actor, connect } from '../harness/actor.ts';
import { askOverHttp, askOverSocket } from '../harness/whole-answer.ts';
import { claimedConversation } from './operations.ts';
import { type Ask, overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();

const node = `query Node($id: ID!) {
  node(id: $id) {
    __typename id
    ... on Participant { externalId name role }
    ... on Conversation { status headSeq }
    ... on Message { body conversationId sender { externalId } }
  }
}`;
const nodeOf = async (ask: Ask, actor: Actor, id: string) => (await ask(actor, node, { id })).node;

overBothTransports('viewer is who the token says', async (t, ask) => {
  for (const role of ['CUSTOMER', 'AGENT', 'MANAGER'] as const) {
    const sub = `auth0|${randomUUID()}`;
    const name = 'Zoë Ærøskøbing 🌻';
    const someone = await connect(t, server, { role, name, sub });
    const { viewer } = await ask(someone, '{ viewer { id externalId name role lastSeenAt } }');
    assert.match(viewer.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    assert.deepEqual([viewer.externalId, viewer.name, viewer.role], [sub, name, role]);
    const again = await connect(t, server, { role, name, sub });
    assert.equal(again.id, viewer.id);
  }
});

overBothTransports('ten first requests at once make one participant', async (t, ask) => {
  const who = { sub: randomUUID() };
  const devices = await Promise.all(Array.from({ length: 10 }, () => connect(t, server, who)));
  const answers = await Promise.all(devices.map((device) => ask(device, '{ viewer { id } }')));
  assert.equal(new Set(answers.map(({ viewer }) => viewer.id)).size, 1);
});

overBothTransports('node finds participants, conversations and messages, in any case', async (t, ask) => {
  const sub = randomUUID();
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const { id: messageId } = await cleo.send(conversationId, 'Hello');
  for (const id of [conversationId, conversationId.toUpperCase()])
    assert.deepEqual(await nodeOf(ask, cleo, id), {
      __typename: 'Conversation',
      id: conversationId,
      status: 'OPEN',
      headSeq: 3,
    });
  const message = await nodeOf(ask, ada, messageId.toUpperCase());
  assert.deepEqual(
    [message.__typename, message.id, message.body, message.conversationId],
    ['Message', messageId, 'Hello', conversationId],
  );
  const { id } = await connect(t, server, { sub, name: 'Dora' });
  assert.deepEqual(await nodeOf(ask, ada, id), {
    __typename: 'Participant',
    id,
    externalId: sub,
    name: 'Dora',
    role: 'CUSTOMER',
  });
});

overBothTransports('to customers, what is not theirs looks like what does not exist', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const { id: messageId } = await cleo.send(conversationId, 'Private');
  const mallory = await connect(t, server);
  const looks: unknown[] = [];
  for (const id of [conversationId, messageId, cleo.id, ada.id, randomUUID()]) {
    await assert.rejects(nodeOf(ask, mallory, id), (error: any) => {
      const { path: _, locations: __, ...rest } = error.errors[0];
      looks.push(rest);
      return refused('NOT_FOUND')(error);
    });
  }
  for (const look of looks) assert.deepEqual(look, looks[0]);
  assert.equal((await nodeOf(ask, mallory, mallory.id)).__typename, 'Participant');
  assert.equal((await nodeOf(ask, cleo, ada.id)).__typename, 'Participant');
});

for (const [transport, ask] of Object.entries({ HTTP: askOverHttp, 'the socket': askOverSocket })) {
  test(`over ${transport}, a null comes with its error, and the rest of the query all the same`, async (t) => {
    const cleo = await connect(t, server);
    const query = `{ viewer { id } conversation(id: "${randomUUID()}") { id } node(id: "${randomUUID()}") { id } }`;
    const { data, errors } = await ask(server, cleo.token, { query });
    assert.deepEqual(data, { viewer: { id: cleo.id }, conversation: null, node: null });
    assert.deepEqual(errors.map(({ path, extensions }: any) => [path, extensions]).sort(), [
      [['conversation'], { code: 'NOT_FOUND' }],
      [['node'], { code: 'NOT_FOUND' }],
    ]);
  });
}

overBothTransports('customers see no external id but their own', async (t, ask) => {
  const subs = { cleo: randomUUID(), dora: randomUUID(), ada: randomUUID() };
  const cleo = await connect(t, server, { sub: subs.cleo });
  const ada = await connect(t, server, { sub: subs.ada, role: 'AGENT' });
  await connect(t, server, { sub: subs.dora });
  const id = await cleo.start();
  await ada.claim(id);
  await ada.run('mutation ($input: AddParticipantInput!) { addParticipant(input: $input) { conversation { id } } }', {
    input: { conversationId: id, externalId: subs.dora },
  });
  await ada.send(id, 'Hello both');
  const query = `query ($id: ID!) { conversation(id: $id) {
    assignee { externalId } members { participant { externalId } } messages { edges { node { sender { externalId } } } }
  } }`;
  const seenBy = async (actor: Actor) => {
    const { conversation } = await ask(actor, query, { id });
    const { assignee, members, messages } = conversation;
    return [assignee, ...members.map((m: any) => m.participant), ...messages.edges.map((e: any) => e.node.sender)].map(
      ({ externalId }: any) => externalId,
    );
  };
  assert.deepEqual(await seenBy(cleo), [null, subs.cleo, null, null, null]);
  assert.deepEqual(await seenBy(ada), [subs.ada, subs.cleo, subs.ada, subs.dora, subs.ada]);
  assert.equal((await nodeOf(ask, cleo, ada.id)).externalId, null);
  const following = cleo.subscribe(
    'subscription ($id: ID!) { conversationUpdates(conversationId: $id, afterSeq: 0) { ... on ConversationEvent { seq actor { externalId } } ... on ParticipantJoined { participant { externalId } } } }',
    { id },
  );
  await following.until(({ conversationUpdates }) => conversationUpdates.seq === 4);
  assert.doesNotMatch(JSON.stringify(following.all), new RegExp(`${subs.ada}|${subs.dora}`));
});

test('participants are found by words of name and external id, or by an id, newest first', async (t) => {
  const mark = randomUUID().slice(0, 8);
  const first = await connect(t, server, { name: `Eva ${mark}`, sub: `crm:${mark}:1` });
  const second = await connect(t, server, { role: 'AGENT', name: `Eve ${mark}` });
  const found = async (variables: object) => {
    const document =
      'query ($search: String, $role: [Role!], $after: String) { participants(search: $search, role: $role, first: 1, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }';
    const { edges, pageInfo } = (await second.run(document, { ...variables })).participants;
    return { ids: edges.map(({ node }: any) => node.id), ...pageInfo };
  };
  const page = await found({ search: `ev ${mark.toUpperCase()}` });
  assert.deepEqual([page.ids, page.hasNextPage], [[second.id], true]);
  assert.deepEqual((await found({ search: `ev ${mark}`, after: page.endCursor })).ids, [first.id]);
  assert.deepEqual((await found({ search: mark, role: ['CUSTOMER'] })).ids, [first.id]);
  assert.deepEqual((await found({ search: `crm:${mark}` })).ids, [first.id]);
  assert.deepEqual((await found({ search: first.id })).ids, [first.id]);
  assert.deepEqual((await found({ search: 'parley:canary' })).ids, []);
});
