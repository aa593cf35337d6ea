import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../harness/actor.ts';
import { eventually } from '../harness/eventually.ts';
import { startProxy } from '../harness/proxy.ts';
import { readMetric } from '../harness/read-metric.ts';
import { seedMessages } from '../harness/seed-messages.ts';
import { startProcess } from '../harness/server.ts';
import { startForFile } from './start-for-file.ts';

const KEEP_ALIVE_MS = 1_500;
const server = await startForFile(
  { SOCKET_KEEP_ALIVE_MS: String(KEEP_ALIVE_MS), SOCKET_WRITE_TIMEOUT_MS: '700' },
  startProcess,
);

/** 20 MB: more than the kernel's buffers of both sides take. */
const EVENTS = 2_500;
const sockets = () => readMetric(server, 'parley_sockets');
const givenUp = () => readMetric(server, 'parley_slow_readers_total');

test('a reader that takes nothing is told to come back later, and nobody else notices', async (t) => {
  const cleo = await connect(t, server, { sub: 'cleo' });
  const conversationId = await cleo.start();
  await seedMessages(server.database, { senderId: cleo.id, perConversation: EVENTS, body: 'x'.repeat(8_000) }, [
    conversationId,
  ]);
  const [slow, stuck] = [await connect(t, server, { sub: 'cleo' }), await connect(t, server, { sub: 'cleo' })];
  assert.equal(await sockets(), 3);
  const before = await givenUp();
  for (const device of [slow, stuck]) {
    device.follow(conversationId, 0);
    device.stall();
  }
  await eventually('both are given up', async () => (await givenUp()) === before + 2);
  const began = performance.now();
  await cleo.send(conversationId, 'nobody else notices');
  assert.ok(performance.now() - began < 10_000);
  // Whoever reads again soon is told why.
  slow.resume();
  assert.equal(await slow.closed, 1013);
  // Whoever does not is cut off: the close frame could not leave.
  await eventually('it is gone', async () => (await sockets()) === 1);
  stuck.resume();
  assert.equal(await stuck.closed, 1006);
});

test('a half-open connection is noticed within two keep-alives', async (t) => {
  const { port } = new URL(server.url);
  const proxy = await startProxy({ port: Number(port) });
  t.after(() => proxy.close());
  const others = await sockets();
  const cleo = await connect(t, { url: `http://127.0.0.1:${proxy.port}` });
  const frames = cleo.follow(await cleo.start(), 0);
  await frames.caughtUp();
  assert.equal(await sockets(), others + 1);
  proxy.hold();
  const began = performance.now();
  await eventually('it is gone', async () => (await sockets()) === others);
  assert.ok(performance.now() - began < 2 * KEEP_ALIVE_MS + 5_000, `${performance.now() - began} ms`);
});
