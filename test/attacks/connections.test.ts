import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { type ClientOptions, WebSocket } from 'ws';
import { assertDiscreet } from '../api/assert-discreet.ts';
import { badTokens } from '../api/bad-tokens.ts';
import { RawSocket } from '../api/raw-socket.ts';
import { connect, tokenFor } from '../harness/actor.ts';
import { eventually } from '../harness/eventually.ts';
import { readMetric } from '../harness/read-metric.ts';
import { from, newAddress, roomInWindow, startAttacked } from './attack-server.ts';

// What somebody can try with connections, with or without a token.
const server = await startAttacked({
  HTTP_REQUEST_TIMEOUT_MS: '2000',
  SOCKET_INIT_TIMEOUT_MS: '1500',
  ALLOWED_ORIGINS: 'https://shop.example',
});
const url = `${server.url}/graphql`;
const json = { 'content-type': 'application/json' };
const token = await tokenFor();
const limited = (limit: string) => readMetric(server, 'parley_limited_total', { limit });
/** The status of an upgrade, 101 where it becomes a socket. */
async function upgrade(t: TestContext, options: ClientOptions = {}, search = ''): Promise<[number, WebSocket]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${search}`, 'graphql-transport-ws', options);
  t.after(() => socket.terminate());
  socket.on('error', () => {});
  const status = await Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number),
  ]);
  return [status, socket];
}

const ask = async (init: RequestInit, search = '') => {
  const response = await fetch(url + search, init);
  const text = await response.text();
  assertDiscreet(text);
  return { status: response.status, headers: response.headers, body: JSON.parse(text) };
};
const start = (id: string) => `mutation { startConversation(input: { id: "${id}" }) { conversation { id } } }`;
const exists = async (id: string) => {
  const body = JSON.stringify({ query: `{ conversation(id: "${id}") { id } }` });
  const answer = await ask({ method: 'POST', headers: { ...json, authorization: `Bearer ${token}` }, body });
  return answer.body.data?.conversation?.id === id;
};

describe('pages elsewhere', () => {
  test('a mutation by GET, a form post, a batch: nothing runs, with a token or a cookie', async () => {
    const id = randomUUID();
    const authorization = `Bearer ${token}`;
    const get = await ask({ headers: { authorization } }, `?query=${encodeURIComponent(start(id))}`);
    assert.equal(get.status, 405);
    const forms: [type: string, body: string][] = [
      ['application/x-www-form-urlencoded', `query=${encodeURIComponent(start(id))}`],
      ['text/plain', JSON.stringify({ query: start(id) })],
      [
        'multipart/form-data; boundary=x',
        `--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n${start(id)}\r\n--x--`,
      ],
    ];
    for (const [type, body] of forms) {
      const headers = { 'content-type': type, origin: 'https://elsewhere.example' };
      const cookie = `parley_session=${token}; authorization=Bearer ${token}`;
      assert.equal((await ask({ method: 'POST', headers: { ...headers, cookie }, body })).status, 401);
      assert.equal((await ask({ method: 'POST', headers: { ...headers, authorization }, body })).status, 400);
    }
    const batch = JSON.stringify([{ query: start(id) }, { query: start(randomUUID()) }]);
    assert.equal((await ask({ method: 'POST', headers: { ...json, authorization }, body: batch })).status, 400);
    assert.equal(await exists(id), false);
  });
  test('a foreign Origin opens no socket; its own, an allowed one and none do', async (t) => {
    const origins: [origin: string | undefined, status: number][] = [
      ['https://elsewhere.example', 403],
      [`${server.url}.elsewhere.example`, 403],
      ['https://shop.example.elsewhere.example', 403],
      ['http://shop.example', 403],
      ['null', 403],
      ['file://', 403],
      [server.url, 101],
      ['https://shop.example', 101],
      [undefined, 101],
    ];
    for (const [origin, status] of origins)
      assert.equal((await upgrade(t, origin === undefined ? {} : { headers: { origin } }))[0], status, origin);
  });
  test('over HTTP only pages of allowed origins may send a token', async () => {
    const preflight = (origin: string) =>
      fetch(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
    const allowed = await preflight('https://shop.example');
    assert.equal(allowed.status, 204);
    assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://shop.example');
    assert.equal(allowed.headers.get('access-control-allow-credentials'), null);
    assert.match(allowed.headers.get('vary')!, /origin/i);
    const foreign = await preflight('https://elsewhere.example');
    assert.equal(foreign.headers.get('access-control-allow-origin'), null);
  });
});

describe('tokens', () => {
  test('in a URL are refused, even beside a good one', async (t) => {
    const authorization = `Bearer ${token}`;
    for (const search of [`?token=${token}`, `?authorization=Bearer%20${token}`, `?query={viewer{id}}&x=${token}`]) {
      const answer = await ask({ headers: { authorization } }, search);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.errors[0].extensions.code, 'BAD_USER_INPUT');
      assert.ok(!JSON.stringify(answer.body).includes(token));
      assert.equal((await upgrade(t, {}, search.replaceAll(/[{}]/g, '')))[0], 400);
    }
  });
  test('that are not valid open neither transport', async (t) => {
    for (const [what, authorization] of Object.entries(await badTokens())) {
      const headers = { ...json, ...from(newAddress()), ...(authorization && { authorization }) };
      const answer = await ask({ method: 'POST', headers, body: JSON.stringify({ query: '{ viewer { id } }' }) });
      assert.equal(answer.status, 401, what);
      const socket = await RawSocket.open(t, server.url);
      socket.send({ type: 'connection_init', payload: { authorization } });
      const { code, reason } = await socket.closed;
      assert.equal(code, 4403, what);
      assertDiscreet(reason);
    }
  });
  test('for signing in are not to be guessed either', async () => {
    await roomInWindow(60_000, 15_000);
    const headers = { ...json, ...from(newAddress()) };
    const guess = async (n: number) => {
      const body = JSON.stringify({ code: `guess ${n}` });
      const response = await fetch(`${server.url}/auth/sign-in`, { method: 'POST', headers, body });
      await response.text();
      return response.status;
    };
    const statuses: number[] = [];
    for (let n = 0; n < 700 && !statuses.includes(429); n += 10)
      statuses.push(...(await Promise.all(Array.from({ length: 10 }, () => guess(n)))));
    assert.deepEqual([...new Set(statuses)].sort(), [401, 429]);
  });

  test('that fail again and again hold up their address, but not who was in before', async (t) => {
    await roomInWindow(60_000, 15_000);
    const headers = { ...json, ...from(newAddress()) };
    const body = JSON.stringify({ query: '{ viewer { id } }' });
    const post = (bearer: string) =>
      ask({ method: 'POST', headers: { ...headers, authorization: `Bearer ${bearer}` }, body });
    assert.equal((await post(token)).status, 200);
    const before = await limited('failed_logins_per_address');
    // Not all at once: a busy machine would not have read each request in time, and that is another limit.
    for (let round = 0; round < 20; round++)
      await Promise.all(Array.from({ length: 31 }, (_, n) => post(`guess ${round} ${n}`)));
    const late = await post('one more');
    assert.equal(late.status, 429);
    assert.equal(late.body.errors[0].extensions.code, 'RATE_LIMITED');
    assert.ok(Number(late.headers.get('retry-after')) > 0);
    assert.ok((await limited('failed_logins_per_address')) > before);
    assert.equal((await post(token)).status, 200);
    assert.equal((await post(await tokenFor())).status, 429);

    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
    t.after(() => socket.terminate());
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer guess' } }));
    const [code] = await once(socket, 'close');
    assert.equal(code, 1013);
  });
});

describe('floods', () => {
  test('sockets that do not say who they are: few of one address, and not for long', async (t) => {
    const headers = from(newAddress());
    const statuses = await Promise.all(
      Array.from({ length: 260 }, async () => {
        const [status, socket] = await upgrade(t, { headers });
        return { status, closed: status === 101 ? once(socket, 'close') : undefined };
      }),
    );
    const refusals = statuses.filter(({ status }) => status === 429).length;
    assert.equal(refusals, 60);
    assert.ok((await limited('unauthenticated_sockets_per_address')) >= 60);
    assert.equal((await upgrade(t, { headers: from(newAddress()) }))[0], 101);
    for (const { closed } of statuses) if (closed) assert.equal((await closed)[0], 4408);
    assert.ok(await eventually('room for its sockets', async () => (await upgrade(t, { headers }))[0] === 101));
  });
  test('sockets of one participant', async (t) => {
    const sub = randomUUID();
    const bearer = await tokenFor({ sub });
    const sockets = await Promise.all(Array.from({ length: 50 }, () => RawSocket.connect(t, server.url, bearer)));
    const one = await RawSocket.open(t, server.url);
    one.send({ type: 'connection_init', payload: { authorization: `Bearer ${bearer}` } });
    assert.equal((await one.closed).code, 1013);
    sockets[0]!.close();
    await sockets[0]!.closed;
    const returns = () => RawSocket.connect(t, server.url, bearer).catch(() => undefined);
    assert.ok(await eventually('room for one more', returns));
  });

  test('thousands of subscriptions on one socket', async (t) => {
    const mallory = await connect(t, server);
    const conversationId = await mallory.start();
    const streams = Array.from({ length: 1_000 }, () => mallory.follow(conversationId));
    const refused = streams.slice(100);
    assert.deepEqual([...new Set(await Promise.all(refused.map((stream) => stream.endCode())))], ['RATE_LIMITED']);
    await streams[0]!.caughtUp();
    assert.ok((await limited('subscriptions_per_socket')) >= 900);
    for (const stream of streams.slice(0, 100)) stream.stop();
    const follows = () =>
      mallory
        .follow(conversationId)
        .caughtUp()
        .catch(() => undefined);
    assert.ok(await eventually('room for a subscription', follows));
  });

  test('operations that are given up as soon as they are begun are not free', async (t) => {
    const socket = await RawSocket.connect(t, server.url, await tokenFor());
    for (let n = 0; n < 400; n++) {
      socket.subscribe(`${n}`, { query: '{ conversations { edges { node { id unreadCount } } } }' });
      socket.send({ id: `${n}`, type: 'complete' });
    }
    socket.subscribe('last', { query: '{ viewer { id } }' });
    for (let frame = await socket.any(); frame.id !== 'last'; ) frame = await socket.any();
    assert.ok((await limited('operations_per_socket')) > 0);
  });

  for (const [what, frame] of Object.entries({
    'protocol pings': (socket: WebSocket) => socket.send('{"type":"ping"}'),
    messages: (socket: WebSocket) => socket.send('{"type":"complete","id":"x"}'),
  })) {
    test(`${what} without end close the socket with 1013; others do not notice`, async (t) => {
      const other = await connect(t, server);
      const [, socket] = await upgrade(t);
      socket.send(
        JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${await tokenFor()}` } }),
      );
      await once(socket, 'message');
      const closed = once(socket, 'close');
      for (let n = 0; n < 6_000 && socket.readyState === WebSocket.OPEN; n++) frame(socket);
      assert.equal((await closed)[0], 1013);
      await other.run('{ viewer { id } }');
    });
  }

  test('pings without end end the socket', async (t) => {
    const [, socket] = await upgrade(t);
    const closed = once(socket, 'close');
    for (let n = 0; n < 6_000 && socket.readyState === WebSocket.OPEN; n++) socket.ping();
    assert.ok([1006, 1013].includes((await closed)[0]));
  });

  test('frames that are oversized or compressed', async (t) => {
    const [, socket] = await upgrade(t, { perMessageDeflate: true });
    assert.equal(socket.extensions, '', 'compression was not agreed to');
    socket.send('x'.repeat(300_000));
    assert.equal((await once(socket, 'close'))[0], 1009);
    const [, sly] = await upgrade(t);
    (sly as unknown as { _socket: NodeJS.WritableStream })._socket.write(Buffer.from([0xc1, 0x80, 0, 0, 0, 0]));
    assert.equal((await once(sly, 'close'))[0], 1002);
  });

  test('a message in endless fragments', async (t) => {
    const [, socket] = await upgrade(t);
    const closed = once(socket, 'close');
    const chunk = 'x'.repeat(65_536);
    for (let n = 0; n < 10; n++) socket.send(chunk, { fin: false });
    assert.equal((await closed)[0], 1009);
  });

  test('requests that arrive byte by byte', async () => {
    const { port } = new URL(server.url);
    const slow = connectTcp({ port: Number(port), host: '127.0.0.1' });
    slow.on('error', () => {});
    slow.resume();
    slow.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n');
    const drip = setInterval(() => slow.write(' '), 100);
    const startedAt = performance.now();
    await once(slow, 'close');
    clearInterval(drip);
    assert.ok(performance.now() - startedAt < 10_000);
  });

  test('a megabyte of JSON, of headers, of URL', async () => {
    const body = JSON.stringify({ query: `{ viewer { id } } # ${'x'.repeat(1_000_000)}` });
    const long = await ask({ method: 'POST', headers: { ...json, authorization: `Bearer ${token}` }, body });
    assert.equal(long.status, 413);
    const status = (path: string, headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        request(server.url + path, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode!);
        })
          .on('error', reject)
          .end();
      });
    assert.equal(await status('/graphql', { authorization: 'x'.repeat(100_000) }), 431);
    assert.equal(await status(`/graphql?query=${'x'.repeat(100_000)}`, {}), 431);
    assert.equal((await fetch(`${server.url}/livez`)).status, 200);
  });
});
