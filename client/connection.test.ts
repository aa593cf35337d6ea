import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { buildSchema, GraphQLError } from 'graphql';
import { useServer as serveGraphql } from 'graphql-ws/use/ws';
import { WebSocket as NodeSocket, type WebSocket, WebSocketServer } from 'ws';
import { type Connection, type ConnectionState, createConnection } from './connection.ts';
import { follow } from './follow.ts';
import type { ParleyError } from './parley-error.ts';
import { request } from './request.ts';
import { socketUrl } from './socket-url.ts';

/* The connection against a real graphql-ws server whose moods the tests decide. */

const schema = buildSchema(`
  type Query { hello(n: Int): String }
  type Mutation { refreshToken(token: String!): Refreshed }
  type Refreshed { expiresAt: String }
  type Subscription { count(from: Int!): Int }
`);
const accepted: string[] = [];
const sockets = new Set<WebSocket>();
const connections: Connection[] = [];
let acceptToken: (token: string) => boolean;
let hello: (args: { n?: number }) => unknown;
let count: (args: { from: number }) => AsyncIterable<unknown>;
let refreshed: string[];
let isOld: boolean;

const http = createServer();
const server = new WebSocketServer({ server: http });
serveGraphql(
  {
    schema,
    roots: {
      mutation: {
        refreshToken({ token }: { token: string }) {
          // As Parley's servers answer what they do not know.
          if (isOld) throw new GraphQLError('unknown', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
          refreshed.push(token);
          return { expiresAt: 'later' };
        },
      },
      query: { hello: (args: { n?: number }) => hello(args) },
      subscription: { count: (args: { from: number }) => count(args) },
    },
    onConnect: ({ connectionParams, extra }) => {
      const token = String(connectionParams?.authorization);
      accepted.push(token);
      if (!acceptToken(token)) {
        (extra as unknown as { socket: WebSocket }).socket.close(4403, 'no');
        return false;
      }
      return true;
    },
  },
  server,
);
server.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
});

before(() => new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve)));
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await Promise.all([...sockets].map((socket) => new Promise((closed) => socket.once('close', closed))));
});
after(() => {
  server.close();
  http.close();
});
beforeEach(() => {
  accepted.length = 0;
  refreshed = [];
  isOld = false;
  acceptToken = () => true;
  hello = () => 'hello';
  count = async function* ({ from }) {
    yield { count: from };
    await new Promise(() => {});
  };
});

function connect(token: string | (() => string | Promise<string>) = 'good'): Connection {
  const { port } = http.address() as AddressInfo;
  const connection = createConnection({ url: `http://127.0.0.1:${port}/graphql`, token });
  connections.push(connection);
  return connection;
}

function reaches(connection: Connection, status: ConnectionState['status']): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (connection.state.getSnapshot().status !== status) return;
      stop();
      resolve();
    };
    const stop = connection.state.subscribe(check);
    check();
  });
}

const query = 'query Hello($n: Int) { hello(n: $n) }';
const subscription = 'subscription Count($from: Int!) { count(from: $from) }';
const ask = (connection: Connection, patient = false) =>
  request<{ hello: string }>(connection, query, () => ({}), { patient });

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
  hello = () => {
    calls += 1;
    if (calls > 1) return 'again';
    for (const socket of sockets) socket.terminate();
    return new Promise(() => {});
  };
  assert.deepEqual(await ask(connection), { hello: 'again' });
});

test('a refused token is replaced by a fresh one at once', async () => {
  const tokens = ['old', 'new'];
  acceptToken = (token) => token === 'Bearer new';
  const connection = connect(async () => tokens.shift() ?? 'none');
  assert.deepEqual(await ask(connection), { hello: 'hello' });
  assert.deepEqual(accepted, ['Bearer old', 'Bearer new']);
});

test('a fresh token that is refused as well ends the attempts, until reconnect()', async () => {
  acceptToken = () => false;
  const connection = connect(() => 'bad');
  await assert.rejects(ask(connection), { code: 'UNAUTHENTICATED' });
  assert.equal(connection.state.getSnapshot().status, 'refused');
  assert.equal(accepted.length, 2);
  const patient = ask(connection, true);
  acceptToken = () => true;
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

/** A token that says when it ends; nobody here looks at its signature. */
let tokens = 0;
const endingIn = (ms: number) => {
  const claims = { sub: 'cleo', exp: (Date.now() + ms) / 1_000, n: ++tokens };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
};

/** A subscription whose beginnings are counted: one that goes on has one. */
function followCounting(connection: Connection): { begun: number; heard: Promise<void> } {
  const counter = { begun: 0, heard: Promise.resolve() };
  count = async function* () {
    counter.begun += 1;
    yield { count: 0 };
    await new Promise(() => {});
  };
  counter.heard = new Promise<void>((next) => {
    follow(connection, subscription, () => ({ from: 0 }), { next: () => next() });
  });
  return counter;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((later) => setTimeout(later, 10));
}

test('a token is replaced on the open socket before it ends, and no stream notices', async () => {
  const given: string[] = [];
  const connection = connect(() => {
    given.push(endingIn(given.length === 0 ? 1_200 : 3_600_000));
    return given.at(-1)!;
  });
  const stream = followCounting(connection);
  await stream.heard;
  await until(() => refreshed.length > 0);
  assert.deepEqual(refreshed, [given[1]]);
  assert.deepEqual([stream.begun, accepted.length], [1, 1]);
});

test('a server that cannot replace it gets it on a new socket, and the stream is taken up again', async () => {
  isOld = true;
  let asked = 0;
  const connection = connect(() => endingIn(++asked === 1 ? 1_200 : 3_600_000));
  const stream = followCounting(connection);
  await until(() => stream.begun === 2);
  assert.equal(accepted.length, 2);
});

test('a callback that fails, or repeats itself, is asked again before the token ends', async () => {
  const first = endingIn(2_000);
  let asked = 0;
  const connection = connect(async () => {
    asked += 1;
    if (asked === 2) throw new Error('the token server is busy');
    return asked <= 3 ? first : endingIn(3_600_000);
  });
  await followCounting(connection).heard;
  await until(() => refreshed.length > 0);
  assert.equal(asked, 4);
  assert.equal(accepted.length, 1);
});

test('sent away by a server, a client comes back when it was asked to', async () => {
  const connection = connect();
  const stream = followCounting(connection);
  await stream.heard;
  const at = Date.now();
  for (const socket of sockets) socket.close(1012, 'Service restart; retry-after-ms=1500');
  await until(() => stream.begun === 2);
  const waited = Date.now() - at;
  assert.ok(waited >= 1_490 && waited < 6_000, `${waited} ms`);
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
  hello = () => {
    at.push(Date.now());
    if (at.length > 1) return 'late';
    throw new GraphQLError('slow down', { extensions: { code: 'RATE_LIMITED', retryAfterMs: 700 } });
  };
  assert.deepEqual(await ask(connection), { hello: 'late' });
  assert.ok(at[1]! - at[0]! >= 695, `waited ${at[1]! - at[0]!} ms`);

  hello = () => {
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
  count = async function* () {
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

test('http and https addresses become those of sockets', () => {
  assert.equal(socketUrl('https://chat.example/graphql'), 'wss://chat.example/graphql');
  assert.equal(socketUrl('ws://localhost:4000/graphql'), 'ws://localhost:4000/graphql');
});
