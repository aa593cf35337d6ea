import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type Actor, connect, tokenFor } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { messagesOf, read } from './operations.ts';
import { type Ask, overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();

const remove = `mutation Delete($id: ID!) { deleteParticipant(input: { participantId: $id }) {
  participant { id name externalId deletedAt role lastSeenAt }
  erasure { participantId requestedAt completedAt conversations messages }
} }`;
const erasure = 'query Erasure($id: ID!) { erasure(participantId: $id) { completedAt conversations messages } }';
const follow = documents.follow.replace(
  '... on CaughtUp',
  '... on ParticipantDeleted { participant { id name deletedAt } } ... on CaughtUp',
);

const finished = (manager: Actor, id: string): Promise<any> =>
  eventually('the erasure to end', async () => {
    const { erasure: found } = await manager.run(erasure, { id });
    return found.completedAt && found;
  });
const status = async (token: string) =>
  (await fetch(`${server.url}/graphql?query={viewer{id}}`, { headers: { authorization: `Bearer ${token}` } })).status;
const nextSecond = () => pause(1_001 - (Date.now() % 1_000));

/** Cleo, who has said and edited things, with Ada and Dora in a conversation that was closed and rated. */
async function scene(t: Parameters<typeof connect>[0]) {
  const sub = randomUUID();
  const secret = `secret-${randomUUID()}`;
  const cleo = await connect(t, server, { sub, name: secret });
  const dorasSub = randomUUID();
  const dora = await connect(t, server, { sub: dorasSub, name: 'Dora' });
  const ada = await connect(t, server, { role: 'AGENT', name: 'Ada' });
  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  const id = await cleo.start({ subject: `about ${secret}`, topic: 'billing' });
  await ada.claim(id);
  await ada.run(documents.add, { input: { conversationId: id, externalId: dorasSub } });
  const first = await cleo.send(id, `one ${secret}`);
  await cleo.run(documents.edit, {
    input: { conversationId: id, messageId: first.id, body: `two ${secret}`, version: 1 },
  });
  const answer = await ada.send(id, 'Hello');
  await dora.send(id, 'Me too');
  const gone = await cleo.send(id, `three ${secret}`);
  await cleo.run(documents.remove, { input: { conversationId: id, messageId: gone.id } });
  const last = await cleo.send(id, `four ${secret}`);
  await ada.run(documents.close, { input: { conversationId: id } });
  const questions = [{ text: 'What else?', kind: 'TEXT' }];
  const { form } = (await grace.run(documents.setForm, { input: { asksNps: false, questions } })).setSurveyForm;
  const answers = [{ questionId: form.questions[0].id, text: `worse ${secret}` }];
  await cleo.run(documents.rate, { input: { conversationId: id, rating: 2, comment: `bad ${secret}`, answers } });
  return { sub, secret, cleo, dora, ada, grace, id, first, answer, last };
}

/** Every column of every table of this database that still holds a text. */
async function tracesOf(text: string): Promise<string[]> {
  const tables = await execute<{ name: string }>(
    server.database.url,
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const [row] = await execute<{ n: number }>(
      server.database.url,
      `SELECT count(*)::int AS n FROM "${name}" x WHERE x::text ILIKE '%${text}%'`,
    );
    if (row!.n > 0) found.push(name);
  }
  return found;
}

overBothTransports('deleting themself, somebody leaves tombstones and nothing that names them', async (t, ask) => {
  const { sub, secret, cleo, dora, ada, grace, id, first, last } = await scene(t);
  assert.ok((await tracesOf(secret)).length > 3);
  const live = ada.subscribe(follow, { conversationId: id });
  const before = (await read(ask, ada, id)).headSeq;
  const payload = (await ask(cleo, remove, { id: cleo.id })).deleteParticipant;
  assert.deepEqual(
    { ...payload.participant, deletedAt: typeof payload.participant.deletedAt },
    {
      id: cleo.id,
      name: 'Deleted participant',
      externalId: null,
      deletedAt: 'string',
      role: 'CUSTOMER',
      lastSeenAt: null,
    },
  );
  assert.equal(await cleo.closed, 4403);
  assert.equal(await status(cleo.token), 401);
  const { conversations, messages } = await finished(grace, cleo.id);
  assert.deepEqual([conversations, messages], [1, 2]);

  // Nothing is left, in no table; the id stays, for what the others wrote to it.
  assert.deepEqual(await tracesOf(secret), []);
  assert.deepEqual(await tracesOf(sub), []);
  const now = await read(ask, ada, id);
  assert.deepEqual(
    [now.subject, now.topic, now.status, now.survey],
    [null, 'billing', 'CLOSED', { rating: 2, comment: null }],
  );
  const kept = await messagesOf(ask, ada, id);
  assert.deepEqual(
    kept.map(({ body, sender }) => [body, sender.id]),
    [
      [null, cleo.id],
      ['Hello', ada.id],
      ['Me too', dora.id],
      [null, cleo.id],
      [null, cleo.id],
    ],
  );
  assert.ok(kept.every(({ seq }, i) => i === 0 || seq > kept[i - 1].seq));
  const member = now.members.find(({ participant }: any) => participant.id === cleo.id);
  assert.ok(member.leftAt);

  // D10: whoever was there, and whoever replays, has the same.
  const done = await live.until(({ conversationUpdates: u }) => u.__typename === 'ParticipantDeleted');
  assert.deepEqual(done.conversationUpdates.seq, now.headSeq);
  assert.equal(done.conversationUpdates.participant.name, 'Deleted participant');
  const liveEvents = live.all.map(({ conversationUpdates: u }) => u).filter(({ seq }) => typeof seq === 'number');
  assert.deepEqual(
    liveEvents.map(({ __typename, message }) => [__typename, message?.id].filter(Boolean)),
    [
      ['ParticipantLeft'],
      ['ConversationChanged'],
      ['MessageDeleted', first.id],
      ['MessageDeleted', last.id],
      ['ParticipantDeleted'],
    ],
  );
  assert.deepEqual(
    liveEvents.map(({ seq }) => seq),
    [1, 2, 3, 4, 5].map((n) => before + n),
  );
  const replay = ada.subscribe(follow, { conversationId: id, afterSeq: 0 });
  await replay.until(({ conversationUpdates: u }) => u.__typename === 'CaughtUp');
  assert.doesNotMatch(JSON.stringify(replay.all), new RegExp(secret));

  // Twice is once.
  const again = (await ask(grace, remove, { id: cleo.id })).deleteParticipant;
  assert.equal(again.participant.deletedAt, payload.participant.deletedAt);
  assert.equal((await read(ask, ada, id)).headSeq, now.headSeq);
});

overBothTransports('who was deleted comes back as somebody new, with a newer token only', async (t, ask) => {
  const { sub, cleo, grace, id, last } = await scene(t);
  const unused = await tokenFor({ sub, expiresInSeconds: 1_000 });
  await ask(grace, remove, { id: cleo.id });
  assert.equal(await cleo.closed, 4403);
  assert.deepEqual([await status(cleo.token), await status(unused)], [401, 401]);
  await finished(grace, cleo.id);
  await nextSecond();
  const back = await connect(t, server, { sub, name: 'Cleo again' });
  assert.notEqual(back.id, cleo.id);
  assert.deepEqual([await status(cleo.token), await status(unused), await status(back.token)], [401, 401, 200]);
  await assert.rejects(ask(back, documents.conversation, { id }), refused('NOT_FOUND'));
  // The id of the old message is somebody else's to her.
  const own = await back.start();
  const resend = { input: { id: last.id, conversationId: own, body: 'four' } };
  await assert.rejects(ask(back, documents.send, resend), refused('CONFLICT'));
});

overBothTransports('only they themselves and managers may', async (t, ask) => {
  const { cleo, dora, ada, grace } = await scene(t);
  await assert.rejects(ask(dora, remove, { id: cleo.id }), refused('NOT_FOUND'));
  await assert.rejects(ask(dora, remove, { id: randomUUID() }), refused('NOT_FOUND'));
  await assert.rejects(ask(ada, remove, { id: cleo.id }), refused('FORBIDDEN'));
  await assert.rejects(ask(ada, remove, { id: randomUUID() }), refused('NOT_FOUND'));
  await assert.rejects(ask(cleo, remove, { id: 'x' }), refused('BAD_USER_INPUT', 'participantId'));
  for (const other of [cleo, ada]) await assert.rejects(ask(other, erasure, { id: cleo.id }), refused('FORBIDDEN'));
  assert.equal((await ask(grace, erasure, { id: cleo.id })).erasure, null);
});

test('conversations go on: an agent’s wait for another, a customer’s own is closed, a group stays open', async (t) => {
  const ask: Ask = (actor, document, variables) => actor.run(document, variables);
  const sub = randomUUID();
  const [cleo, dora] = [await connect(t, server), await connect(t, server, { sub, name: 'Dora' })];
  const ada = await connect(t, server, { role: 'AGENT', name: 'Ada' });
  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  const [alone, group] = [await cleo.start(), await cleo.start()];
  for (const id of [alone, group]) await ada.claim(id);
  await ada.run(documents.add, { input: { conversationId: group, externalId: sub } });
  await cleo.send(group, 'Hello both');
  await ada.run(remove, { id: ada.id });
  await finished(grace, ada.id);
  const afterAda = await Promise.all([alone, group].map((id) => read(ask, grace, id)));
  assert.deepEqual(
    afterAda.map(({ status, assignee }) => [status, assignee]),
    [
      ['WAITING', null],
      ['WAITING', null],
    ],
  );
  await cleo.run(remove, { id: cleo.id });
  await finished(grace, cleo.id);
  assert.deepEqual((await read(ask, grace, alone)).status, 'CLOSED');
  assert.deepEqual((await read(ask, dora, group)).status, 'WAITING');
  await dora.send(group, 'Still here');
  await assert.rejects(grace.run(documents.assign, { input: { conversationId: group, agentId: ada.id } }), /NOT_FOUND/);
});

test('with somebody goes the visitor that they were before', async (t) => {
  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  const name = `visitor-${randomUUID()}`;
  const call = async (document: string, variables: object, token?: string): Promise<any> => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const body = JSON.stringify({ query: document, variables });
    return ((await (await fetch(`${server.url}/graphql`, { method: 'POST', headers, body })).json()) as any).data;
  };
  const { visit } = (
    await call('mutation ($name: String) { startVisit(input: { name: $name }) { visit { token visitToken } } }', {
      name,
    })
  ).startVisit;
  await call(documents.start, { input: { subject: name } }, visit.token);
  const cleo = await connect(t, server, { name: 'Cleo' });
  const claim = 'mutation ($visitToken: String!) { claimVisit(input: { visitToken: $visitToken }) { conversations } }';
  assert.equal((await cleo.run(claim, visit)).claimVisit.conversations, 1);
  assert.ok((await tracesOf(name)).includes('participant'));
  await cleo.post(remove, { id: cleo.id });
  await finished(grace, cleo.id);
  assert.deepEqual(await tracesOf(name), []);
  assert.equal(await status(visit.token), 401);
});

test('what is under way in their name when they are deleted leaves nothing behind', async (t) => {
  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  for (let round = 0; round < 3; round++) {
    const sub = randomUUID();
    const name = `racer-${randomUUID()}`;
    const cleo = await connect(t, server, { sub, name });
    const id = await cleo.start();
    const busy = Array.from({ length: 20 }, async (_, n) => {
      await pause(n);
      await Promise.allSettled([
        cleo.post(documents.send, { input: { id: randomUUID(), conversationId: id, body: name } }),
        cleo.post(documents.start, { input: { subject: name } }),
        status(cleo.token),
      ]);
    });
    await pause(8);
    await grace.run(remove, { id: cleo.id });
    await Promise.all(busy);
    await finished(grace, cleo.id);
    await eventually('no trace', async () => (await tracesOf(name)).length === 0);
    const [left] = await execute<{ n: number }>(
      server.database.url,
      `SELECT count(*)::int AS n FROM member WHERE participant_id = '${cleo.id}' AND left_at IS NULL`,
    );
    assert.equal(left!.n, 0);
  }
});
