import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { sameForAll } from '../../server/graphql/same-for-all.ts';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { range } from '../harness/range.ts';
import { readMetric } from '../harness/read-metric.ts';
import { startProcess } from '../harness/server.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile({}, startProcess);
const given = (how: string) => readMetric(server, 'parley_updates_total', { how });

test('a message is executed once for all of a group who asked for the same, whoever they are', async (t) => {
  const cleo = await connect(t, server);
  const id = await cleo.start();
  const agents = await Promise.all(
    range(1, 30).map((n) => connect(t, server, { role: 'AGENT', name: `agent ${n}`, sub: randomUUID() })),
  );
  const readers = [cleo, ...agents].map((actor) => actor.follow(id, 0));
  for (const frames of readers) await frames.caughtUp();
  const before = [await given('executed'), await given('shared')];
  await cleo.send(id, 'Hello, all of you!');
  const seen = await Promise.all(readers.map((frames) => frames.seq(1)));
  for (const frame of seen) assert.deepEqual(frame, seen[0]);
  const after = [await given('executed'), await given('shared')];
  assert.deepEqual(
    after.map((n, i) => n - before[i]!),
    [1, readers.length - 1],
  );
});

test('what depends on who asks is executed for each: a customer does not see the agent’s id at the company', async (t) => {
  const cleo = await connect(t, server);
  const ada = await connect(t, server, { role: 'AGENT', name: 'Ada', sub: `agent-${randomUUID()}` });
  const id = await cleo.start();
  await ada.claim(id);
  const document = `subscription($id: ID!) {
    conversationUpdates(conversationId: $id) { __typename ... on MessagePosted { message { sender { externalId } } } }
  }`;
  const [hers, his] = [cleo, ada].map((actor) => actor.subscribe(document, { id }));
  await hers!.until(isUpdate('CaughtUp'));
  await his!.until(isUpdate('CaughtUp'));
  await ada.send(id, 'How can I help?');
  const [seenByCleo, seenByAda] = [
    await hers!.until(isUpdate('MessagePosted')),
    await his!.until(isUpdate('MessagePosted')),
  ];
  assert.equal(seenByCleo.conversationUpdates.message.sender.externalId, null);
  assert.match(seenByAda.conversationUpdates.message.sender.externalId, /^agent-/);
});

test('every field that is shared says the same to customer, agent and manager', async (t) => {
  const [cleo, ada, mia] = [
    await connect(t, server),
    await connect(t, server, { role: 'AGENT', name: 'Ada' }),
    await connect(t, server, { role: 'MANAGER', name: 'Mia', sub: 'mia' }),
  ];
  const id = await cleo.start();
  const everything = (type: string): string =>
    `{ __typename ${sameForAll[type]!.map((field) =>
      nested[field] && nested[field] !== type ? `${field} ${everything(nested[field])}` : field,
    ).join(' ')} }`;
  const types = Object.keys(sameForAll).filter((type) => !Object.values(nested).includes(type));
  const selection = types.map((type) => `... on ${type} ${everything(type)}`).join(' ');
  // By a document of their own each, so that nothing is shared.
  const readers = [cleo, ada, mia].map((actor, n) =>
    actor.subscribe(`subscription Reader${n}($id: ID!) { conversationUpdates(conversationId: $id) { ${selection} } }`, {
      id,
    }),
  );
  for (const frames of readers) await eventually('it is followed', () => frames.all.length > 0);
  await ada.claim(id);
  const { id: messageId } = await ada.send(id, 'first');
  await cleo.acknowledge(id, { deliveredSeq: 1, readSeq: 1 });
  await ada.run(documents.edit, { input: { conversationId: id, messageId, body: 'second', version: 1 } });
  await ada.run(documents.remove, { input: { conversationId: id, messageId } });
  await ada.run(documents.add, { input: { conversationId: id, externalId: 'mia' } });
  const told = await Promise.all(
    readers.map(async (frames) => {
      const last = (data: any) => data.conversationUpdates.message?.deletedAt;
      await frames.until(last, 'the deletion');
      return frames.all
        .map(({ conversationUpdates }) => conversationUpdates)
        .filter(({ seq }) => seq !== undefined && seq <= 4);
    }),
  );
  assert.ok(told[0]!.length >= 3);
  for (const other of told) assert.deepEqual(other, told[0]);
});

/** Fields of objects, and their types. */
const nested: Record<string, string> = {
  message: 'Message',
  actor: 'Participant',
  participant: 'Participant',
  sender: 'Participant',
};
const isUpdate = (type: string) => (data: any) => data.conversationUpdates?.__typename === type;
