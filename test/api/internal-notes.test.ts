import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { type Actor, connect, type OperationError, tokenFor } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { range } from '../harness/range.ts';
import { startForFile } from './start-for-file.ts';

/* Agents' internal notes: what they are to agents, and that they are nothing to customers. */

const server = await startForFile();

const open =
  'mutation ($input: OpenNotesInput!) { openNotes(input: $input) { notes { id status headSeq notesOf { id } notes { id } } } }';
const openNotes = async (actor: Actor, conversationId: string) =>
  (await actor.run(open, { input: { conversationId } })).openNotes.notes;
const notesOn = async (actor: Actor, id: string) =>
  (await actor.run('query ($id: ID!) { conversation(id: $id) { notes { id unreadCount } } }', { id })).conversation
    .notes;
const code = (running: Promise<unknown>) =>
  running.then(
    () => 'allowed',
    (error: unknown) => (error as OperationError).code,
  );

/** Cleo's conversation with Ada, who has a note on it that Max has answered. Nobody but in the notes has ever seen Max. */
async function meet(t: TestContext) {
  const subs = { cleo: randomUUID(), ada: randomUUID(), max: randomUUID() };
  const cleo = await connect(t, server, { sub: subs.cleo, name: 'Cleo' });
  const ada = await connect(t, server, { sub: subs.ada, role: 'AGENT', name: 'Ada' });
  const max = await connect(t, server, { sub: subs.max, role: 'MANAGER', name: 'Max' });
  const conversationId = await cleo.start();
  await ada.claim(conversationId);
  await cleo.send(conversationId, 'hello');
  return { cleo, ada, max, conversationId, subs };
}

describe('to agents and managers', () => {
  test('notes are a conversation of their own, with members, receipts and a log', async (t) => {
    const { ada, max, conversationId } = await meet(t);
    assert.equal(await notesOn(ada, conversationId), null);
    const [notes, twin] = await Promise.all([openNotes(ada, conversationId), openNotes(max, conversationId)]);
    assert.equal(notes.id, twin.id, 'two who open them at once open the same');
    assert.deepEqual([notes.status, notes.notesOf.id, notes.notes], ['OPEN', conversationId, null]);
    const { headSeq } = await openNotes(ada, conversationId);
    assert.equal((await openNotes(ada, conversationId)).headSeq, headSeq, 'opening them again changes nothing');

    const note = await ada.send(notes.id, 'do not offer a refund');
    assert.deepEqual(await notesOn(max, conversationId), { id: notes.id, unreadCount: 1 });
    await max.acknowledge(notes.id, { readSeq: note.seq });
    assert.equal((await notesOn(max, conversationId)).unreadCount, 0);
    const frames = max.follow(notes.id, 0);
    await frames.caughtUp();
    assert.deepEqual(frames.seqs, range(1, note.seq));
    assert.equal(frames.events.at(-1).message.status, 'READ');
  });

  test('who comes into the conversation comes into its notes, live and by the inbox', async (t) => {
    const { ada, max, conversationId } = await meet(t);
    const { id } = await openNotes(max, conversationId);
    await max.send(id, 'handed over tomorrow');
    const bea = await connect(t, server, { role: 'AGENT', name: 'Bea' });
    const inbox = bea.followInbox([]);
    await ada.run(documents.assign, { input: { conversationId, agentId: bea.id } });
    const posted = ({ conversation, update }: any) => conversation.id === id && update.message;
    assert.equal((await inbox.until(posted)).update.message.body, 'handed over tomorrow');
    await bea.send(id, 'thanks');
    await ada.run(documents.close, { input: { conversationId } });
    await ada.send(id, 'also after it was closed');
    await inbox.until((frame) => posted(frame)?.body === 'also after it was closed');
    // An inbox that is opened now has what is unread in the notes of a closed conversation, too.
    const later = bea.followInbox();
    await later.until((frame) => posted(frame)?.body === 'also after it was closed');
  });

  test('they are in no list, have no status of their own, and no customer is let in', async (t) => {
    const { cleo, ada, conversationId, subs } = await meet(t);
    const { id } = await openNotes(ada, conversationId);
    for (const mine of [true, false]) {
      const list =
        'query ($mine: Boolean) { conversations(first: 100, filter: { mine: $mine }) { edges { node { id } } } }';
      const { conversations } = await ada.run(list, { mine });
      assert.ok(!conversations.edges.some(({ node }: any) => node.id === id));
    }
    for (const document of [documents.assign, documents.close, documents.reopen])
      assert.equal(await code(ada.run(document, { input: { conversationId: id } })), 'BAD_USER_INPUT');
    assert.equal(await code(openNotes(ada, id)), 'BAD_USER_INPUT');
    const input = { conversationId: id, externalId: subs.cleo };
    assert.equal(await code(ada.run(documents.add, { input })), 'BAD_USER_INPUT');
    assert.equal(await code(cleo.run(documents.conversation, { id })), 'NOT_FOUND');
  });
});

/** Everything that a customer can ask for, with whatever ids they might have got hold of. */
async function askForAll(actor: Actor, { conversationId, notesId, noteId, maxId }: Known) {
  const answers: unknown[] = [];
  const ask = async (document: string, variables: Record<string, unknown>) => {
    for (const transport of ['run', 'post'] as const)
      answers.push(await actor[transport](document, variables).catch((error: OperationError) => error.errors));
  };
  const any = `id headSeq unreadCount notes { id unreadCount messages { edges { node { id body } } } } notesOf { id }
    members { participant { id name } } messages(last: 100) { edges { cursor node { id body sender { id name } } } } survey { comment }`;
  for (const id of [conversationId, notesId]) {
    await ask(`query ($id: ID!) { conversation(id: $id) { ${any} } }`, { id });
    await ask(`query ($id: ID!) { node(id: $id) { __typename ... on Conversation { ${any} } } }`, { id });
    for (const [cursor, page] of [
      ['message:0', 'messages(first: 100, after: $cursor)'],
      ['message:1000', 'messages(last: 100, before: $cursor)'],
    ])
      await ask(
        `query ($id: ID!, $cursor: String) { conversation(id: $id) { ${page} { edges { node { id body } } } } }`,
        {
          id,
          cursor: Buffer.from(cursor!).toString('base64url'),
        },
      );
  }
  await ask('query ($id: ID!) { messageJourney(messageId: $id) { message { body } } }', { id: noteId });
  for (const id of [noteId, maxId])
    await ask('query ($id: ID!) { node(id: $id) { ... on Message { body } ... on Participant { name } } }', { id });
  await ask(`{ conversations(first: 100) { edges { cursor node { ${any} } } } viewer { id } }`, {});
  const input = { conversationId: notesId };
  await ask(open, { input });
  await ask(documents.send, { input: { ...input, id: randomUUID(), body: 'x' } });
  await ask(documents.edit, { input: { ...input, messageId: noteId, body: 'x', version: 1 } });
  await ask(documents.remove, { input: { ...input, messageId: noteId } });
  await ask(documents.acknowledge, { input: { ...input, readSeq: 1 } });
  await ask(documents.type, { input: { ...input, typing: true } });
  await ask(documents.leave, { input });
  await ask(documents.rate, { input: { ...input, rating: 1 } });
  await ask('query ($id: ID!) { auditLog(conversationId: $id) { edges { node { id } } } }', { id: notesId });
  await ask('query ($id: ID!) { deadLetters(conversationId: $id) { edges { cursor } } }', { id: notesId });

  const direct = actor.follow(notesId, 0);
  assert.equal(await direct.endCode(), 'NOT_FOUND');
  // With a position in what is not theirs, and once more over everything they have.
  const inbox = actor.followInbox([{ conversationId: notesId, seq: 1 }]);
  const own = await actor.start();
  await inbox.until(({ conversation }) => conversation.id === own);
  const updates = `subscription ($id: ID!) { conversationUpdates(conversationId: $id, afterSeq: 0) {
    __typename ... on ConversationEvent { seq } ... on ConversationChanged { conversation { ${any} } } } }`;
  const log = actor.subscribe(updates, { id: conversationId });
  await log.until((frame) => frame.errors || frame.conversationUpdates?.__typename === 'CaughtUp');
  const response = await fetch(`${server.url}/export`, { headers: { authorization: `Bearer ${actor.token}` } });
  assert.equal(response.status, 200);
  answers.push(direct.all, inbox.all, log.all, await response.text());
  return { text: JSON.stringify(answers), log };
}
type Known = { conversationId: string; notesId: string; noteId: string; maxId: string };

/** What was written, who wrote it, and the ids of both: in nothing that was answered. (Nobody's error repeats an id.) */
function assertNothingOf(text: string, { notesId, noteId, maxId }: Known): void {
  for (const [what, word] of Object.entries({ CANARY, notesId, noteId, maxId, name: 'Max' }))
    assert.ok(!text.includes(word), `${what} is in what a customer was answered`);
}
const CANARY = 'the customer is difficult';

describe('to customers', () => {
  test('they do not exist: not by query, node, cursor, subscription, inbox, replay, survey, count, list, journey or export', async (t) => {
    const { cleo, ada, max, conversationId } = await meet(t);
    const live = cleo.follow(conversationId, 0);
    const { id: notesId } = await openNotes(ada, conversationId);
    await openNotes(max, conversationId);
    const { id: noteId } = await max.send(notesId, CANARY);
    await ada.run(documents.type, { input: { conversationId: notesId, typing: true } });
    await ada.send(conversationId, 'one moment');
    await ada.run(documents.close, { input: { conversationId } });
    await cleo.run(documents.rate, { input: { conversationId, rating: 4, comment: 'fine' } });

    const known = { conversationId, notesId, noteId, maxId: max.id };
    const { text, log } = await askForAll(cleo, known);
    assertNothingOf(text, known);
    // Their own log has neither an event nor a hole where the notes were opened and written.
    const seqs = log.all.map((frame) => frame.conversationUpdates?.seq).filter(Number.isInteger);
    assert.deepEqual(seqs, range(1, 5));
    await live.seq(5);
    assertNothingOf(JSON.stringify(live.all), known);

    const stranger = await connect(t, server, { name: 'Zoe' });
    assertNothingOf((await askForAll(stranger, known)).text, known);
    // The same questions find it all when an agent asks, so they could have found it.
    const found = JSON.stringify([
      await ada.run('query ($id: ID!) { conversation(id: $id) { notes { messages { edges { node { body } } } } } }', {
        id: conversationId,
      }),
    ]);
    assert.match(found, new RegExp(CANARY));
  });

  test('also to who has become a customer: streams end, and their own words there are as gone as the rest', async (t) => {
    const { ada, max, conversationId, subs } = await meet(t);
    const { id: notesId } = await openNotes(max, conversationId);
    const { id: noteId } = await max.send(notesId, CANARY);
    await ada.send(notesId, 'mine');
    const frames = ada.follow(notesId, 0);
    await frames.caughtUp();
    await execute(server.database.url, `UPDATE participant SET role = 'CUSTOMER' WHERE id = '${ada.id}'`);
    assert.equal(await frames.endCode(), 'NOT_FOUND');
    await eventually(
      'the role to be known',
      async () => (await ada.run('{ viewer { role } }')).viewer.role === 'CUSTOMER',
    );

    const token = await tokenFor({ sub: subs.ada, name: 'Ada' });
    const former = { ...ada, token };
    const known = { conversationId, notesId, noteId, maxId: max.id };
    const { text } = await askForAll(former, known);
    assertNothingOf(text, known);
    assert.ok(!text.includes('"mine"'));
    const rows = await execute(
      server.database.url,
      `SELECT count(*)::int AS n FROM message WHERE conversation_id = '${notesId}'`,
    );
    assert.deepEqual(rows, [{ n: 2 }], 'the statement that sends looked at the role as well');
  });

  test('and deleting an agent leaves tombstones in the notes, deleting the customer leaves the notes', async (t) => {
    const { cleo, ada, max, conversationId } = await meet(t);
    const { id: notesId } = await openNotes(max, conversationId);
    await ada.send(notesId, 'by Ada');
    await max.send(notesId, 'by Max');
    const frames = max.follow(notesId, 0);
    const erase = 'mutation ($input: DeleteParticipantInput!) { deleteParticipant(input: $input) { __typename } }';
    for (const { id } of [ada, cleo]) await max.run(erase, { input: { participantId: id } });
    await frames.type('ParticipantDeleted');
    const { conversation } = await max.run(documents.conversation, { id: notesId });
    assert.deepEqual(
      [conversation.status, conversation.messages.edges.map(({ node }: any) => node.body)],
      ['OPEN', [null, 'by Max']],
    );
  });
});
