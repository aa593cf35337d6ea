import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { connect, tokenFor } from '../harness/actor.ts';
import { follow } from '../harness/documents.ts';
import { assertAlive } from './assert-alive.ts';
import { assertDiscreet } from './assert-discreet.ts';
import { badTokens } from './bad-tokens.ts';
import { RawSocket } from './raw-socket.ts';
import { startForFile } from './start-for-file.ts';

const INIT_TIMEOUT_MS = 700;
const MAX_PAYLOAD_BYTES = 50_000;
const server = await startForFile({
  SOCKET_INIT_TIMEOUT_MS: String(INIT_TIMEOUT_MS),
  SOCKET_MAX_PAYLOAD_BYTES: String(MAX_PAYLOAD_BYTES),
});
const token = await tokenFor();
const init = { type: 'connection_init', payload: { authorization: `Bearer ${token}` } };
const open = (t: TestContext) => RawSocket.open(t, server.url);
const ready = (t: TestContext) => RawSocket.connect(t, server.url, token);
const viewer = { query: '{ viewer { role } }' };

async function assertClosed(socket: RawSocket, code: number): Promise<void> {
  const closed = await socket.closed;
  assert.equal(closed.code, code, closed.reason);
  assertDiscreet(closed.reason);
}

const badOnes = Object.entries(await badTokens());
describe('4403, which tells a client to get another token, for', () => {
  for (const [what, authorization] of badOnes) {
    test(what, async (t) => {
      const socket = await open(t);
      socket.send({ type: 'connection_init', payload: authorization === undefined ? undefined : { authorization } });
      await assertClosed(socket, 4403);
    });
  }

  test('parameters of a strange form', async (t) => {
    for (const payload of [
      { authorization: 7 },
      { authorization: [init.payload.authorization] },
      { Authorization: {} },
    ]) {
      const socket = await open(t);
      socket.send({ type: 'connection_init', payload });
      await assertClosed(socket, 4403);
    }
  });

  test('a token that stands in the headers of the handshake only', async (t) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { authorization: `Bearer ${token}`, cookie: `parley_session=${token}` },
    });
    t.after(() => socket.terminate());
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    const [code] = await once(socket, 'close');
    assert.equal(code, 4403);
  });

  test('a token that runs out on an open socket, at that moment', async (t) => {
    const shortLived = await tokenFor({ expiresInSeconds: 3 });
    const { exp } = JSON.parse(Buffer.from(shortLived.split('.')[1]!, 'base64url').toString());
    const socket = await RawSocket.connect(t, server.url, shortLived);
    await assertAlive(socket);
    await assertClosed(socket, 4403);
    const lateMs = Date.now() - exp * 1_000;
    assert.ok(lateMs >= -50 && lateMs < 10_000, `${lateMs} ms after its end`);
  });
});

describe('the handshake', () => {
  test('4408 without connection_init', async (t) => {
    const openedAt = Date.now();
    const socket = await open(t);
    await assertClosed(socket, 4408);
    assert.ok(Date.now() - openedAt < INIT_TIMEOUT_MS + 3_000);
  });

  test('4429 for a second connection_init', async (t) => {
    const socket = await ready(t);
    socket.send(init);
    await assertClosed(socket, 4429);
  });

  test('4401 for an operation before it', async (t) => {
    const socket = await open(t);
    socket.subscribe('1', viewer);
    await assertClosed(socket, 4401);
  });

  test('4406 for another subprotocol, the one of old Apollo clients included', async (t) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`);
    t.after(() => socket.terminate());
    const [code] = await once(socket, 'close');
    assert.equal(code, 4406);
    const old = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-ws');
    const [error] = await once(old, 'error');
    assert.match(String(error), /subprotocol/);
  });

  test('404 at another path', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/elsewhere`, 'graphql-transport-ws');
    const [error] = await once(socket, 'error');
    assert.match(String(error), /404/);
  });
});

describe('frames', () => {
  test('4400 for what is no message of the protocol', async (t) => {
    const bad = [
      'rubbish',
      '{',
      '[]',
      '{"type":"rubbish"}',
      '{"type":"subscribe"}',
      '{"type":"subscribe","id":7,"payload":{}}',
    ];
    for (const frame of [...bad, Buffer.from([0, 255, 254])]) {
      const socket = await ready(t);
      socket.send(frame);
      await assertClosed(socket, 4400);
    }
  });

  test('4409 for an id that is in use', async (t) => {
    const cleo = await connect(t, server);
    const socket = await RawSocket.connect(t, server.url, cleo.token);
    socket.subscribe('1', { query: follow, variables: { conversationId: await cleo.start() } });
    socket.subscribe('1', viewer);
    await assertClosed(socket, 4409);
  });

  test('1009 for one that is too large; others do not notice', async (t) => {
    const socket = await ready(t);
    const other = await ready(t);
    socket.subscribe('1', { ...viewer, variables: { padding: 'x'.repeat(MAX_PAYLOAD_BYTES) } });
    await assertClosed(socket, 1009);
    await assertAlive(other);
  });

  test('the connection is accepted with the time, by which a client corrects its clock', async (t) => {
    const raw = await RawSocket.open(t, server.url);
    const before = Date.now();
    raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${await tokenFor()}` } });
    const { payload } = await raw.next('connection_ack');
    const told = Date.parse(payload.serverTime);
    assert.ok(before <= told && told <= Date.now());
  });

  test('a ping is answered, payload and all', async (t) => {
    const socket = await ready(t);
    socket.send({ type: 'ping', payload: { n: 1 } });
    assert.deepEqual((await socket.next('pong')).payload, { n: 1 });
  });
});
