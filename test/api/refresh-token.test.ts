import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { connect, tokenFor } from '../harness/actor.ts';
import { follow } from '../harness/documents.ts';
import { RawSocket } from './raw-socket.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();
const document = 'mutation Refresh($token: String!) { refreshToken(token: $token) { expiresAt } }';
const expiryOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).exp * 1_000;

test('a token that is refreshed in time keeps the socket and its subscriptions past the end of the first', async (t) => {
  const sub = randomUUID();
  const sender = await connect(t, server, { sub });
  const conversationId = await sender.start();
  const first = await tokenFor({ sub, expiresInSeconds: 2 });
  const socket = await RawSocket.connect(t, server.url, first);
  const notRefreshed = await RawSocket.connect(t, server.url, first);
  socket.subscribe('follow', { query: follow, variables: { conversationId, afterSeq: 0 } });
  while ((await socket.next('next', 'follow')).payload.data.conversationUpdates.__typename !== 'CaughtUp');

  const second = await tokenFor({ sub, expiresInSeconds: 5 });
  socket.subscribe('refresh', { query: document, variables: { token: second } });
  const { data } = (await socket.next('next', 'refresh')).payload;
  assert.equal(Date.parse(data.refreshToken.expiresAt), expiryOf(second));
  await socket.next('complete', 'refresh');

  assert.equal((await notRefreshed.closed).code, 4403);
  await sender.send(conversationId, 'Still there?');
  assert.equal((await socket.next('next', 'follow')).payload.data.conversationUpdates.message.body, 'Still there?');
  const { code } = await socket.closed;
  assert.equal(code, 4403);
  assert.ok(Date.now() >= expiryOf(second) - 50);
});

test('a shorter token counts as well: the newest says how long', async (t) => {
  const sub = randomUUID();
  const socket = await RawSocket.connect(t, server.url, await tokenFor({ sub }));
  socket.subscribe('1', {
    query: document,
    variables: { token: await tokenFor({ sub, expiresInSeconds: 1 }) },
  });
  assert.equal((await socket.closed).code, 4403);
});

test('a token that is somebody else’s, or no good, is refused and changes nothing', async (t) => {
  const sub = randomUUID();
  const cleo = await connect(t, server, { sub });
  for (const token of [
    await tokenFor(),
    await tokenFor({ sub, expiresInSeconds: -1 }),
    `${await tokenFor({ sub })}x`,
    `Bearer ${await tokenFor({ sub })}`,
    'rubbish',
    '',
  ])
    await assert.rejects(cleo.run(document, { token }), refused('UNAUTHENTICATED'), token);
  assert.equal((await cleo.run('{ viewer { id } }')).viewer.id, cleo.id);
});

test('the newest name and role hold from then on', async (t) => {
  const sub = randomUUID();
  const someone = await connect(t, server, { sub });
  await someone.run(document, { token: await tokenFor({ sub, role: 'AGENT', name: 'Ada', issuedAheadSeconds: 2 }) });
  assert.deepEqual((await someone.run('{ viewer { name role } }')).viewer, { name: 'Ada', role: 'AGENT' });
});

test('over HTTP there is nothing to refresh, and it says so', async (t) => {
  const cleo = await connect(t, server);
  await assert.rejects(cleo.post(document, { token: cleo.token }), refused('BAD_USER_INPUT', 'token'));
});
