import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createTestDatabase } from '../harness/postgres.ts';
import { type Env, startProcess, type TestServer } from '../harness/server.ts';

/* Connections that break the rules of HTTP or do not go on. Against a process of its own: some would end it. */

async function start(t: TestContext, env: Env = {}): Promise<TestServer> {
  const database = await createTestDatabase();
  const server = await startProcess(database.url, env);
  t.after(async () => {
    await server.stop();
    await database.drop();
  });
  return server;
}

async function open({ url }: TestServer, text: string): Promise<Socket> {
  const socket = connectTcp({ port: Number(new URL(url).port), host: '127.0.0.1' });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const upgrade = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

test('an upgrade that is refused, and reset by its client, harms nobody', async (t) => {
  const server = await start(t);
  for (const path of ['/nope', '/graphql', '/', '/auth/token']) {
    const socket = await open(server, upgrade(path));
    await once(socket, 'data');
    socket.resetAndDestroy();
    await once(socket, 'close');
    assert.equal((await fetch(`${server.url}/livez`)).status, 200, path);
  }
  // A client that keeps its half open is not kept.
  const socket = await open(server, upgrade('/nope'));
  socket.resume();
  await once(socket, 'close');
});

test('D9: requests that are never finished do not hold up a graceful stop', async (t) => {
  const server = await start(t, { DRAIN_TIMEOUT_MS: '3000' });
  await open(server, 'POST /graphql HTTP/1.1\r\nHost: x\r\n');
  await open(
    server,
    'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  );
  assert.equal((await fetch(`${server.url}/livez`)).status, 200);
  assert.equal(await server.stop(), 0);
});

test('what is no JSON is told so beside GraphQL too, without a stack', async (t) => {
  const server = await start(t);
  for (const path of ['/auth/sign-in', '/auth/token', '/auth/try-it']) {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    const text = await response.text();
    assert.equal(response.status, 400);
    assert.equal(JSON.parse(text).error.code, 'BAD_USER_INPUT');
    assert.doesNotMatch(text, /at |node_modules|\.ts|\.js/);
  }
});
