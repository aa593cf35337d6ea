import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { test } from 'node:test';
import { GraphQLError } from 'graphql';
import { WebSocket as NodeSocket } from 'ws';
import { createConnection } from './connection.ts';
import { follow } from './follow.ts';
import { accepted, ask, connect, mood, reaches, sockets, subscription } from './moody-server.ts';
import type { ParleyError } from './parley-error.ts';
import { socketUrl } from './socket-url.ts';

test('connects when something needs it, with the token', async () => {
  const connection = connect();
  assert.equal(connection.state.getSnapshot().status, 'idle');
  assert.deepEqual(await ask(connection), { hello: 'hello' });
  assert.equal(connection.state.getSnapshot().status, 'online');
  assert.deepEqual(accepted, ['Bearer good']);
});

test('switched off, the socket is closed and requests wait; switched on, they go at once', async () => {
  const connection = connect();
  await ask(connection);
  const [socket] = sockets;
  const closed = new Promise((resolve) => socket?.once('close', resolve));
  connection.setOffline(true);
  await closed;
  assert.equal(connection.state.getSnapshot().status, 'offline');
  const waiting = ask(connection, true);
  assert.equal(sockets.size, 0);
  connection.setOffline(false);
  assert.deepEqual(await waiting, { hello: 'hello' });
});

test('a subscription survives its socket and asks with its newest variables', async () => {
  const connection = connect();
  const heard: number[] = [];
  let tell = () => {};
  const two = new Promise<void>((resolve) => {
    tell = resolve;
  });
  follow<{ count: number }>(connection, subscription, () => ({ from: heard.length * 10 }), {
    next: (data) => {
      heard.push(data.count);
      if (heard.length === 1) for (const socket of sockets) socket.terminate();
      if (heard.length === 2) tell();
    },
  });
  await two;
  assert.deepEqual(heard, [0, 10]);
});

test('an operation that was under way when the socket broke is asked again', async () => {
  const connection = connect();
  let calls = 0;
  mood.hello = () => {
    calls += 1;
    if (calls > 1) return 'again';
    for (const socket of sockets) socket.terminate();
    return new Promise(() => {});
  };
  assert.deepEqual(await ask(connection), { hello: 'again' });
});

test('a refused token is replaced by a fresh one at once', async () => {
  const tokens = ['old', 'new'];
  mood.acceptToken = (token) => token === 'Bearer new';
  const connection = connect(async () => tokens.shift() ?? 'none');
  assert.deepEqual(await ask(connection), { hello: 'hello' });
  assert.deepEqual(accepted, ['Bearer old', 'Bearer new']);
});

test('a fresh token that is refused as well ends the attempts, until reconnect()', async () => {
  mood.acceptToken = () => false;
  const connection = connect(() => 'bad');
  await assert.rejects(ask(connection), { code: 'UNAUTHENTICATED' });
  assert.equal(connection.state.getSnapshot().status, 'refused');
  assert.equal(accepted.length, 2);
  const patient = ask(connection, true);
  mood.acceptToken = () => true;
  connection.reconnect();
  assert.deepEqual(await patient, { hello: 'hello' });
});

test('a token that runs out on an open socket is replaced, and the stream goes on', async () => {
  let n = 0;
  const connection = connect(() => `token ${++n}`);
  let heard = 0;
  await new Promise<void>((resolve) => {
    follow(connection, subscription, () => ({ from: 0 }), {
      next: () => {
        heard += 1;
        if (heard === 1) for (const socket of sockets) socket.close(4403, 'expired');
        else resolve();
      },
    });
  });
  assert.deepEqual(accepted, ['Bearer token 1', 'Bearer token 2']);
});

test('closed while it connects, it ends without an error that nobody hears', async (t) => {
  // It takes the connection, and says nothing.
  const silent = createNetServer((socket) => socket.on('error', () => {}));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const unheard: unknown[] = [];
  const hear = (error: unknown) => unheard.push(error);
  process.on('uncaughtException', hear);
  t.after(() => {
    process.off('uncaughtException', hear);
    silent.close();
  });
  for (const webSocketImpl of [NodeSocket, undefined]) {
    const connection = createConnection({ url: `http://127.0.0.1:${port}/graphql`, token: 'good', webSocketImpl });
    const asked = ask(connection, true);
    await once(silent, 'connection');
    connection.close();
    await assert.rejects(asked, { code: 'CLIENT_CLOSED' });
  }
  await new Promise((later) => setTimeout(later, 50));
  assert.deepEqual(unheard, []);
});

test('what is temporary is repeated, not before retryAfterMs; what lasts is reported', async () => {
  const connection = connect();
  const at: number[] = [];
  mood.hello = () => {
    at.push(Date.now());
    if (at.length > 1) return 'late';
    throw new GraphQLError('slow down', { extensions: { code: 'RATE_LIMITED', retryAfterMs: 700 } });
  };
  assert.deepEqual(await ask(connection), { hello: 'late' });
  assert.ok(at[1]! - at[0]! >= 695, `waited ${at[1]! - at[0]!} ms`);

  mood.hello = () => {
    throw new GraphQLError('no', { extensions: { code: 'FORBIDDEN', why: 'because' } });
  };
  await assert.rejects(ask(connection, true), (error: ParleyError) => {
    assert.deepEqual([error.code, error.message, error.details.why], ['FORBIDDEN', 'no', 'because']);
    return true;
  });
});

test('a stream that the server ends is taken up again; one that it refuses for good ends', async () => {
  const connection = connect();
  let streams = 0;
  mood.count = async function* () {
    streams += 1;
    if (streams === 2) throw new GraphQLError('gone', { extensions: { code: 'NOT_FOUND' } });
    yield { count: 1 };
  };
  const error = await new Promise<ParleyError>((ended) => {
    follow(connection, subscription, () => ({ from: 0 }), { next: () => {}, ended });
  });
  assert.equal(error.code, 'NOT_FOUND');
  assert.equal(streams, 2);
});

test('close() ends everything: what waits is rejected', async () => {
  const connection = connect();
  connection.setOffline(true);
  const waiting = ask(connection, true);
  connection.close();
  await assert.rejects(waiting, { code: 'CLIENT_CLOSED' });
  await reaches(connection, 'closed');
});

test('what is asked in the moment of closing opens no socket again', async () => {
  const connection = connect();
  await ask(connection);
  await connection.ready();
  connection.close();
  await assert.rejects(connection.attempt('{ hello }', {}), { code: 'CLIENT_CLOSED' });
  assert.equal((await connection.stream(subscription, { from: 0 }, () => {}).ended)?.code, 'CLIENT_CLOSED');
  await Promise.all([...sockets].map((socket) => new Promise((closed) => socket.once('close', closed))));
  assert.equal(accepted.length, 1);
});

test('http and https addresses become those of sockets', () => {
  assert.equal(socketUrl('https://chat.example/graphql'), 'wss://chat.example/graphql');
  assert.equal(socketUrl('ws://localhost:4000/graphql'), 'ws://localhost:4000/graphql');
});
