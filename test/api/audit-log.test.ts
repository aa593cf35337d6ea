import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSignInCode } from '../../server/auth/sign-in.ts';
import { loadConfig } from '../../server/config.ts';
import { openDb } from '../../server/db.ts';
import { type Actor, connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { execute } from '../harness/execute.ts';
import { claimedConversation } from './operations.ts';
import { type Ask, overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();

const auditLog = `query Log($filter: AuditFilter, $first: Int, $after: String) {
  auditLog(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id at action actor { id } participant { id } conversationId reference } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;
const logOf = async (ask: Ask, actor: Actor, filter: object): Promise<any[]> =>
  (await ask(actor, auditLog, { filter })).auditLog.edges.map(({ node }: any) => node);
const listing = '{ conversations(first: 3) { edges { node { id messages(last: 1) { edges { node { body } } } } } } }';

overBothTransports('who reads a conversation without being in it is noted, by whatever way, once', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const { id: messageId } = await cleo.send(conversationId, 'Private');
  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  const read = 'query ($id: ID!) { node(id: $id) { id } }';
  const ways: ((reader: Actor) => Promise<unknown>)[] = [
    (reader) => ask(reader, documents.conversation, { id: conversationId }),
    (reader) => ask(reader, read, { id: conversationId }),
    (reader) => ask(reader, read, { id: messageId }),
    (reader) => ask(reader, listing),
    (reader) => reader.follow(conversationId).caughtUp(),
  ];
  for (const way of ways) {
    const reader = await connect(t, server, { role: 'AGENT', name: 'Reader' });
    await way(reader);
    await way(reader);
    const entries = await logOf(ask, grace, { actorId: reader.id, conversationId });
    assert.deepEqual(
      entries.map(({ action, actor, participant }) => [action, actor.id, participant]),
      [['CONVERSATION_READ', reader.id, null]],
    );
  }
  // Who is in it just reads.
  for (const member of [cleo, ada]) {
    for (const way of ways) await way(member);
    assert.deepEqual(await logOf(ask, grace, { actorId: member.id, conversationId }), []);
  }
});

overBothTransports('managers page through it and narrow it down; nobody else sees it', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  const revoke = 'mutation ($id: ID!) { revokeParticipant(participantId: $id) { participant { id } } }';
  await ask(grace, documents.conversation, { id: conversationId });
  const since = new Date().toISOString();
  await ask(grace, revoke, { id: cleo.id });
  const both = await logOf(ask, grace, { actorId: grace.id });
  assert.deepEqual(
    both.map(({ action }) => action),
    ['PARTICIPANT_REVOKED', 'CONVERSATION_READ'],
  );
  assert.deepEqual(await logOf(ask, grace, { actorId: grace.id, action: ['CONVERSATION_READ'] }), [both[1]]);
  assert.deepEqual(await logOf(ask, grace, { participantId: cleo.id }), [both[0]]);
  assert.deepEqual(await logOf(ask, grace, { actorId: grace.id, since }), [both[0]]);
  assert.deepEqual(await logOf(ask, grace, { actorId: grace.id, until: since }), [both[1]]);
  const page = async (after?: string) =>
    (await ask(grace, auditLog, { filter: { actorId: grace.id }, first: 1, after })).auditLog;
  const first = await page();
  const second = await page(first.pageInfo.endCursor);
  assert.deepEqual([first.edges[0].node, second.edges[0].node], both);
  assert.deepEqual([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage], [true, false]);
  await assert.rejects(page('rubbish'), refused('BAD_USER_INPUT', 'after'));
  for (const other of [ada, await connect(t, server)]) await assert.rejects(ask(other, auditLog), refused('FORBIDDEN'));
});

test('a sign-in link works once, for 15 minutes, and is noted', async (t) => {
  const db = openDb(loadConfig({}), server.database.url);
  t.after(() => db.$disconnect());
  const post = (path: string, body: object, cookie = '') =>
    fetch(`${server.url}/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify(body),
    });
  const [code, late] = [await createSignInCode(db), await createSignInCode(db)];
  await db.signInCode.updateMany({
    where: { usedAt: null, codeHash: { not: new Uint8Array(await hashOf(code)) } },
    data: { expiresAt: new Date(Date.now() - 1) },
  });
  assert.equal((await post('sign-in', { code: late })).status, 401);
  const attempts = await Promise.all([1, 2, 3].map(() => post('sign-in', { code })));
  assert.deepEqual(attempts.map(({ status }) => status).sort(), [200, 401, 401]);
  const cookie = attempts.find(({ ok }) => ok)!.headers.getSetCookie()[0]!;
  assert.match(cookie, /HttpOnly/i);
  const { token } = (await (await post('token', {}, cookie.split(';')[0])).json()) as { token: string };
  const { sid } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  const ask: Ask = (actor, document, variables) => actor.run(document, variables);
  const [entry] = await logOf(ask, grace, { action: ['SIGNED_IN'] });
  assert.deepEqual([entry.reference, entry.actor], [sid, null]);
});

test('the table refuses to be changed, or emptied, or to lose what is young', async (t) => {
  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  const { url } = server.database;
  await execute(
    url,
    `INSERT INTO audit_log (at, action) VALUES (now() - interval '31 days', 'SIGNED_IN'), (now(), 'SIGNED_IN')`,
  );
  for (const sql of ['UPDATE audit_log SET actor_id = NULL', 'DELETE FROM audit_log', 'TRUNCATE audit_log'])
    await assert.rejects(execute(url, sql), /audit_log/);
  await execute(url, `DELETE FROM audit_log WHERE at < now() - interval '30 days'`);
  const log = await logOf((a, d, v) => a.run(d, v), grace, { action: ['SIGNED_IN'] });
  assert.ok(log.length > 0 && log.every(({ at }) => Date.parse(at) > Date.now() - 60_000_000));
});

const hashOf = (code: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(code));
