import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { startForFile } from '../api/start-for-file.ts';
import { type Actor, connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { execute } from '../harness/execute.ts';
import { startOtlpReceiver } from '../harness/otlp-receiver.ts';
import { startProcess } from '../harness/server.ts';

/* What people write and are called, and what lets them in, leaves the server by no way but its answers to them. */

const collector = await startOtlpReceiver();
after(() => collector.stop());
const server = await startForFile(
  {
    NODE_ENV: 'production',
    LOG_LEVEL: 'trace',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  },
  startProcess,
);

/** Each is looked for everywhere. */
const canaries: Record<string, string> = {};
function canary(what: string, make = (word: string) => word): string {
  canaries[what] = `canary${randomUUID().replaceAll('-', '')}`;
  return make(canaries[what]);
}
/** Of a token it is the signature that must not be found. */
function watchToken(what: string, token: string): string {
  canaries[what] = token.split('.')[2]!;
  return token;
}

/* Traces name operations as their authors did: those are the words of developers, not of people who chat. */

/** Whatever comes of it: refusals and failures are where things slip out. */
const whatever = (running: Promise<unknown>) =>
  running.then(
    () => {},
    () => {},
  );
const post = (init: RequestInit, path = '/graphql') =>
  whatever(fetch(server.url + path, init).then((response) => response.text()));
const json = { 'content-type': 'application/json' };

async function converse(t: Parameters<typeof connect>[0]): Promise<{ cleo: Actor; conversationId: string }> {
  const mail = canary('e-mail address', (word) => `${word}@shop.example`);
  const cleo = await connect(t, server, { sub: mail, name: canary('name') });
  const ada = await connect(t, server, { role: 'AGENT', name: canary('agent’s name') });
  watchToken('token', cleo.token);
  watchToken('agent’s token', ada.token);
  const conversationId = await cleo.start({
    subject: canary('subject'),
    topic: canary('topic'),
    queue: canary('queue'),
  });
  await ada.claim(conversationId);
  const frames = ada.follow(conversationId, 0);
  const { id } = await cleo.send(conversationId, canary('body'));
  const { seq } = await ada.send(conversationId, canary('answer'));
  await frames.seq(seq);
  await cleo.run(documents.edit, { input: { conversationId, messageId: id, body: canary('edit'), version: 1 } });
  await cleo.run(documents.remove, { input: { conversationId, messageId: id } });
  await ada.acknowledge(conversationId, { readSeq: seq });
  await cleo.post(documents.send, { input: { id: randomUUID(), conversationId, body: canary('body over HTTP') } });
  await cleo.run(documents.close, { input: { conversationId } });
  await cleo.run(documents.rate, { input: { conversationId, rating: 1, comment: canary('survey comment') } });
  await cleo.run(documents.conversation, { id: conversationId });
  return { cleo, conversationId };
}

async function makeMistakes(cleo: Actor): Promise<void> {
  const conversationId = await cleo.start();
  const bearer = (token: string) => ({ ...json, authorization: `Bearer ${token}` });
  const send = (input: object) => whatever(cleo.run(documents.send, { input }));
  await send({ id: canary('malformed id'), conversationId, body: 'x' });
  await send({ id: randomUUID(), conversationId, body: canary('bad body', (word) => `${word}\0`) });
  await whatever(cleo.run(`{ node(id: "${canary('literal in a document')}") { id } }`));
  await whatever(cleo.run(`{ ${canary('field')} }`));
  await post({ method: 'POST', headers: json, body: `{"query": ${canary('broken JSON')}` });
  await post({ method: 'POST', headers: bearer(canary('bad token')), body: '{}' });
  await post(
    { headers: { cookie: `parley_session=${canary('cookie')}` } },
    `/graphql?query=${canary('query in a URL')}`,
  );
  await post({ headers: {} }, `/graphql?token=${cleo.token}`);
  await post({ headers: {} }, `/${canary('path')}`);
  await post(
    { method: 'POST', headers: json, body: JSON.stringify({ code: canary('sign-in code') }) },
    '/auth/sign-in',
  );
  await post({ method: 'POST', headers: { ...json, 'user-agent': canary('device') }, body: '{}' });
  const visit = {
    query: `mutation { startVisit(input: { name: "${canary('visitor’s name')}" }) { visit { visitToken } } }`,
  };
  const answer = await fetch(`${server.url}/graphql`, { method: 'POST', headers: json, body: JSON.stringify(visit) });
  watchToken('visit token', ((await answer.json()) as any).data.startVisit.visit.visitToken);
}

/** PostgreSQL refuses a row, which its message quotes; connections break with statements under way. */
async function breakThings(cleo: Actor): Promise<void> {
  const { url } = server.database;
  const conversationId = await cleo.start();
  await execute(url, `ALTER TABLE message ADD CONSTRAINT refused CHECK (body NOT LIKE 'refuse %') NOT VALID`);
  const input = { id: randomUUID(), conversationId, body: canary('body of a refused row', (word) => `refuse ${word}`) };
  await assert.rejects(cleo.run(documents.send, { input }), /INTERNAL_SERVER_ERROR/);
  await execute(url, `ALTER TABLE participant ADD CONSTRAINT refused CHECK (name NOT LIKE 'refuse %') NOT VALID`);
  await whatever(
    connect({ after: () => {} }, server, { name: canary('name of a refused row', (word) => `refuse ${word}`) }),
  );
  const sends = Array.from({ length: 20 }, (_, n) =>
    whatever(cleo.send(conversationId, canary(`body under way ${n}`))),
  );
  await execute(
    url,
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await Promise.all(sends);
}

test('bodies, names, addresses and tokens are in no log line, span, metric or health answer', async (t) => {
  const { cleo, conversationId } = await converse(t);
  await makeMistakes(cleo);
  await breakThings(cleo);
  // What is exported and logged comes in order, so after this last word everything is out.
  const before = collector.spans.length;
  await cleo.run('{ viewer { id } }').catch(() => {});
  await collector.waitFor((spans) => spans.length > before);

  const outputs: Record<string, string> = {
    log: server.output.join('\n'),
    spans: collector.bytes().toString('latin1'),
    metrics: await (await fetch(server.metricsUrl)).text(),
    readiness: await (await fetch(`${server.url}/readyz`)).text(),
    liveness: await (await fetch(`${server.url}/livez`)).text(),
  };
  assert.ok(outputs.spans!.includes(conversationId), 'this would find what is there');
  assert.match(outputs.log!, /"level":"error"/, 'something was logged');
  assert.ok(Object.keys(canaries).length > 43);
  const found = Object.entries(outputs).flatMap(([output, text]) =>
    Object.entries(canaries).flatMap(([what, word]) => (text.includes(word) ? [`${what} in ${output}`] : [])),
  );
  assert.deepEqual(found, []);
});
