import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, tokenFor } from '../harness/actor.ts';
import { follow } from '../harness/documents.ts';
import { startProcess } from '../harness/server.ts';
import { assertAlive } from './assert-alive.ts';
import { assertDiscreet } from './assert-discreet.ts';
import { RawSocket } from './raw-socket.ts';
import { startForFile } from './start-for-file.ts';

// A process of its own, because telemetry is preloaded there: it makes the trace ids and counts.
const server = await startForFile({}, startProcess);
const token = await tokenFor();
const ready = (t: TestContext) => RawSocket.connect(t, server.url, token);
const viewer = { query: '{ viewer { role } }' };

describe('an operation that cannot run is an error message, and the socket goes on:', () => {
  const cases: [what: string, payload: Record<string, unknown>, code: string][] = [
    ['a document that does not parse', { query: '{ viewer {' }, 'GRAPHQL_PARSE_FAILED'],
    ['an empty document', { query: '' }, 'GRAPHQL_PARSE_FAILED'],
    ['one that does not fit the schema', { query: '{ viewer { shoeSize } }' }, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'an unknown operationName',
      { query: 'query A { viewer { id } }', operationName: 'B' },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'two operations and no name',
      { query: 'query A { viewer { id } } query B { viewer { id } }' },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['only a fragment', { query: 'fragment F on Participant { id }' }, 'GRAPHQL_VALIDATION_FAILED'],
  ];
  for (const [what, payload, code] of cases) {
    test(what, async (t) => {
      const socket = await ready(t);
      socket.subscribe('bad', payload);
      const { payload: errors } = await socket.next('error', 'bad');
      assert.equal(errors[0].extensions.code, code);
      assertDiscreet(JSON.stringify(errors));
      await assertAlive(socket);
    });
  }

  test('a variable that is missing', async (t) => {
    const socket = await ready(t);
    for (const operation of ['query', 'subscription']) {
      const field =
        operation === 'query'
          ? 'conversation(id: $id) { id }'
          : 'conversationUpdates(conversationId: $id) { __typename }';
      socket.subscribe('bad', { query: `${operation} ($id: ID!) { ${field} }` });
      const { payload } = await socket.next('next', 'bad');
      assert.equal(payload.errors[0].extensions.code, 'BAD_USER_INPUT');
      assert.equal(payload.errors[0].extensions.field, 'id');
      await socket.next('complete', 'bad');
    }
    await assertAlive(socket);
  });

  test('a subscription to what is not there', async (t) => {
    const socket = await ready(t);
    socket.subscribe('bad', { query: follow, variables: { conversationId: randomUUID() } });
    const { payload } = await socket.next('next', 'bad');
    assert.equal(payload.errors[0].extensions.code, 'NOT_FOUND');
    await socket.next('complete', 'bad');
    await assertAlive(socket);
  });
});

describe('traces', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const extensions = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };

  test('the caller’s trace goes on', async (t) => {
    const socket = await ready(t);
    socket.subscribe('1', { ...viewer, extensions });
    assert.equal((await socket.next('next')).payload.extensions.traceId, traceId);
  });

  test('what is no traceparent starts a new one', async (t) => {
    const socket = await ready(t);
    for (const traceparent of ['rubbish', 7, null, { traceId }]) {
      socket.subscribe('1', { ...viewer, extensions: { traceparent } });
      const { payload } = await socket.next('next');
      assert.match(payload.extensions.traceId, /^(?!0{32})[0-9a-f]{32}$/);
      assert.notEqual(payload.extensions.traceId, traceId);
      await socket.next('complete');
    }
  });
});

describe('a subscription lets go of everything on the server', () => {
  async function metric(name: string): Promise<number> {
    const text = await (await fetch(server.metricsUrl)).text();
    const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, value]) =>
      Number(value),
    );
    return values.reduce((sum, value) => sum + value, 0);
  }
  async function metricIs(name: string, value: number): Promise<void> {
    const deadline = Date.now() + 10_000;
    let found = await metric(name);
    for (; found !== value && Date.now() < deadline; found = await metric(name)) await pause(20);
    assert.equal(found, value, name);
  }
  const running = async (subscriptions: number, followers: number) => {
    await metricIs('parley_subscriptions', subscriptions);
    await metricIs('parley_followers', followers);
  };

  test('when it is ended, whether anything happens or not', async (t) => {
    const cleo = await connect(t, server);
    const quiet = await cleo.start();
    const busy = await cleo.start();
    await running(0, 0);
    const frames = [quiet, busy, busy].map((conversationId) => cleo.follow(conversationId));
    await Promise.all(frames.map((each) => each.caughtUp()));
    await running(3, 2);
    const sending = Promise.all(Array.from({ length: 20 }, (_, n) => cleo.send(busy, `message ${n}`)));
    for (const each of frames) each.stop();
    await running(0, 0);
    await sending;
  });

  test('when it is ended before it has begun', async (t) => {
    const cleo = await connect(t, server);
    const conversationId = await cleo.start();
    const socket = await RawSocket.connect(t, server.url, cleo.token);
    for (let n = 0; n < 20; n++) {
      socket.subscribe(`${n}`, { query: follow, variables: { conversationId, afterSeq: 0 } });
      socket.send({ id: `${n}`, type: 'complete' });
    }
    socket.subscribe('last', viewer);
    for (let frame = await socket.any(); frame.id !== 'last'; ) frame = await socket.any();
    await running(0, 0);
  });

  test('when its socket goes, with or without a word', async (t) => {
    const cleo = await connect(t, server);
    const conversationId = await cleo.start();
    const devices = await Promise.all([1, 2].map(() => connect(t, server, { sub: cleo.id, role: 'AGENT' })));
    const frames = devices.flatMap((device) => [device.follow(conversationId, 0), device.followInbox()]);
    await Promise.all(frames.filter((_, n) => n % 2 === 0).map((each) => each.caughtUp()));
    await metricIs('parley_subscriptions', 4);
    await devices[0]!.close();
    devices[1]!.cut();
    await running(0, 0);
  });
});
