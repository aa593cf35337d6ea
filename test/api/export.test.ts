import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { type Actor, connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { seedMessages } from '../harness/seed-messages.ts';
import { assertDiscreet } from './assert-discreet.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile({ EXPORTS_AT_ONCE: '1' });

const fetchExport = (actor: Pick<Actor, 'token'>, path = '') =>
  fetch(`${server.url}/export${path}`, { headers: { authorization: `Bearer ${actor.token}` } });
async function exported(actor: Actor, path = ''): Promise<any> {
  const response = await fetchExport(actor, path);
  assert.equal(response.status, 200);
  return response.json();
}
async function refusal(response: Response): Promise<[number, string]> {
  const { error } = (await response.json()) as { error: { code: string } };
  assertDiscreet(JSON.stringify(error));
  return [response.status, error.code];
}

/** Cleo in three conversations: one she is in, one she has left, one that is closed and rated. */
async function scene(t: Parameters<typeof connect>[0]) {
  const subs = { cleo: randomUUID(), dora: randomUUID() };
  const cleo = await connect(t, server, { sub: subs.cleo, name: 'Cleo' });
  const dora = await connect(t, server, { sub: subs.dora, name: 'Dora' });
  const ada = await connect(t, server, { role: 'AGENT', name: 'Ada' });
  const [here, left, rated] = [
    await cleo.start({ subject: 'Here', topic: 'a' }),
    await dora.start({ subject: 'Dora’s' }),
    await cleo.start({ subject: 'Rated' }),
  ];
  for (const id of [here, left, rated]) await ada.claim(id);
  await ada.run(documents.add, { input: { conversationId: left, externalId: subs.cleo } });
  for (const id of [here, left]) {
    await cleo.send(id, 'from Cleo');
    await ada.send(id, 'from Ada');
  }
  await cleo.acknowledge(here, { readSeq: 1 });
  await cleo.run(documents.leave, { input: { conversationId: left } });
  await ada.send(left, 'among ourselves');
  await ada.run(documents.close, { input: { conversationId: rated } });
  const mona = await connect(t, server, { role: 'MANAGER' });
  const questions = [{ text: 'What else?', kind: 'TEXT' }];
  const { form } = (await mona.run(documents.setForm, { input: { asksNps: true, questions } })).setSurveyForm;
  const answers = [{ questionId: form.questions[0].id, text: 'nothing' }];
  await cleo.run(documents.rate, { input: { conversationId: rated, rating: 4, comment: 'fine', nps: 8, answers } });
  return { subs, cleo, dora, ada, here, left, rated };
}

test('one’s own export has all that is stored of one, and of others what one sees anyway', async (t) => {
  const { subs, cleo, ada, here, left, rated } = await scene(t);
  const response = await fetchExport(cleo);
  assert.match(response.headers.get('content-type')!, /^application\/json/);
  assert.match(response.headers.get('content-disposition')!, /^attachment; filename=parley-export-[0-9a-f-]+\.json$/);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const data: any = await response.json();
  assert.deepEqual([data.format, data.version, data.complete], ['parley-export', 1, true]);
  const { id, externalId, name, role } = data.participant;
  assert.deepEqual(
    { id, externalId, name, role },
    { id: cleo.id, externalId: subs.cleo, name: 'Cleo', role: 'CUSTOMER' },
  );
  assert.ok(data.sessions.length >= 1 && !('logins' in data.sessions[0]));

  const byId = new Map<string, any>(data.conversations.map((c: any) => [c.id, c]));
  assert.deepEqual([...byId.keys()].sort(), [here, left, rated].sort());
  assert.deepEqual(
    [here, left, rated].map((one) => byId.get(one).messages.map(({ body }: any) => body)),
    [['from Cleo', 'from Ada'], ['from Cleo'], []],
  );
  assert.deepEqual([byId.get(here).subject, byId.get(left).subject], ['Here', undefined]);
  assert.deepEqual(byId.get(here).others, [{ id: ada.id, name: 'Ada', role: 'AGENT' }]);
  assert.equal(byId.get(left).others, undefined);
  assert.ok(byId.get(left).membership.leftAt);
  const receipts = await eventually('her receipts to be noted', async () => {
    const { conversations } = await exported(cleo);
    const { receipts } = conversations.find((c: any) => c.id === here);
    return receipts.length > 0 && receipts;
  });
  const [{ at, ...marks }] = receipts;
  assert.deepEqual([receipts.length, marks], [1, { deliveredSeq: 1, readSeq: 1 }]);
  assert.ok(Date.parse(at));
  const { rating, comment, nps, answers } = byId.get(rated).survey;
  assert.deepEqual([rating, comment, nps], [4, 'fine', 8]);
  assert.deepEqual(answers, [{ question: 'What else?', value: null, text: 'nothing' }]);
  assert.doesNotMatch(JSON.stringify(data), new RegExp(`among ourselves|${subs.dora}|fingerprint`));
});

test('an agent’s export has their own words only: the customers’ are not theirs to take along', async (t) => {
  const { ada } = await scene(t);
  const data = await exported(ada);
  assert.ok(data.conversations.length >= 3);
  for (const { messages, subject, others } of data.conversations) {
    for (const { senderId } of messages) assert.equal(senderId, ada.id);
    assert.deepEqual([subject, others], [undefined, undefined]);
  }
});

test('managers export anybody, which is noted; nobody else does', async (t) => {
  const { cleo, dora, ada } = await scene(t);
  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  const { exportedAt: _, ...hers } = await exported(cleo, `/${cleo.id}`);
  const { exportedAt: __, ...byGrace } = await exported(grace, `/${cleo.id.toUpperCase()}`);
  // When something was received is noted a moment later: perhaps between the two.
  const lasting = (one: any) => one.conversations.map(({ receipts: _, ...rest }: any) => rest);
  assert.deepEqual(lasting(byGrace), lasting(hers));
  assert.deepEqual(await refusal(await fetchExport(dora, `/${cleo.id}`)), [404, 'NOT_FOUND']);
  assert.deepEqual(await refusal(await fetchExport(dora, `/${randomUUID()}`)), [404, 'NOT_FOUND']);
  assert.deepEqual(await refusal(await fetchExport(ada, `/${cleo.id}`)), [403, 'FORBIDDEN']);
  assert.deepEqual(await refusal(await fetchExport(grace, `/${randomUUID()}`)), [404, 'NOT_FOUND']);
  assert.deepEqual(await refusal(await fetchExport(grace, '/x')), [400, 'BAD_USER_INPUT']);
  assert.deepEqual(await refusal(await fetchExport({ token: 'x' })), [401, 'UNAUTHENTICATED']);
  const log = `query ($id: ID!) { auditLog(filter: { participantId: $id }) { edges { node { action actor { id } } } } }`;
  const { auditLog } = await grace.run(log, { id: cleo.id });
  assert.deepEqual(
    auditLog.edges.map(({ node }: any) => [node.action, node.actor.id]),
    [
      ['DATA_EXPORTED', grace.id],
      ['DATA_EXPORTED', cleo.id],
    ],
  );
});

test('a large one is made as fast as it is taken, one at a time, and ends when its taker is signed out', async (t) => {
  const cleo = await connect(t, server);
  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  const ids = [await cleo.start(), await cleo.start(), await cleo.start(), await cleo.start()];
  await seedMessages(server.database, { senderId: cleo.id, perConversation: 1_000, body: 'x'.repeat(8_000) }, ids);
  const stalled = await new Promise<IncomingMessage>((resolve, reject) =>
    get(`${server.url}/export`, { headers: { authorization: `Bearer ${cleo.token}` } }, resolve).on('error', reject),
  );
  stalled.on('error', () => {});
  const ended = new Promise((resolve) => stalled.once('close', resolve));
  assert.equal(stalled.statusCode, 200);
  assert.deepEqual(await refusal(await fetchExport(grace)), [429, 'RATE_LIMITED']);
  await grace.run('mutation ($id: ID!) { revokeParticipant(participantId: $id) { participant { id } } }', {
    id: cleo.id,
  });
  assert.equal(await cleo.closed, 4403);
  stalled.resume();
  await ended;
  assert.equal(stalled.complete, false);
  assert.equal((await fetchExport(grace)).status, 200);
});
