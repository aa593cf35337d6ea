import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { type Actor, connect, OperationError } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { openLab } from '../harness/lab.ts';
import { roomInWindow } from './attack-server.ts';

/* Limits where there are several processes: what is spent at one is spent at all, as far as Redis can be asked. */

const env = { RATE_LIMIT_SCALE: '1', LIMIT_STARTS_PER_CUSTOMER: '10', LIMIT_SENDS_PER_CONVERSATION: '60' };
const isLimited = (error: unknown) => error instanceof OperationError && error.code === 'RATE_LIMITED';

/** How many of a row of attempts were let through before one was refused. */
async function untilRefused(attempt: () => Promise<unknown>): Promise<number> {
  for (let n = 0; n < 1_000; n++) {
    try {
      await attempt();
    } catch (error) {
      assert.ok(isLimited(error), String(error));
      return n;
    }
  }
  throw new Error('it was never refused');
}

test('limits hold over processes by Redis; with Redis away each goes on with what it knows, and nothing waits', async (t) => {
  await roomInWindow(600_000, 30_000);
  const lab = await openLab(t);
  const [first, second] = await Promise.all([lab.startInProcess(env), lab.startInProcess(env)]);
  const everywhere = async () => {
    const sub = randomUUID();
    return Promise.all([connect(t, first, { sub }), connect(t, second, { sub })]) as Promise<[Actor, Actor]>;
  };

  const [cleo, again] = await everywhere();
  assert.equal(await untilRefused(() => cleo.start()), 10);
  // The other process hears of it a moment after it has something to ask about.
  let more = 0;
  const isRefused = () => again.start().then(() => ++more < 0, isLimited);
  await eventually('the other process to hear of it', isRefused);
  assert.ok(more < 10, `${more} more at the other process`);
  assert.equal(await untilRefused(() => again.post(documents.start, { input: {} })), 0);

  await lab.redis.stop();
  const [mia, elsewhere] = await everywhere();
  const startedAt = performance.now();
  assert.deepEqual([await untilRefused(() => mia.start()), await untilRefused(() => elsewhere.start())], [10, 10]);
  assert.ok(performance.now() - startedAt < 5_000);
});

test('a conversation has a limit of its own, which no stranger can use up or see', async (t) => {
  const lab = await openLab(t);
  const server = await lab.startInProcess({ ...env, REDIS_URL: '' });
  const ada = await connect(t, server, { role: 'AGENT' });
  const cleo = await connect(t, server);
  const mallory = await connect(t, server);
  const conversationId = await cleo.start();
  await ada.claim(conversationId);
  const send = (actor: Actor) =>
    actor.run(documents.send, { input: { id: randomUUID(), conversationId, body: 'x' } }).then(
      () => 'sent',
      (error: OperationError) => error.code,
    );
  const codes = async (actor: Actor, n: number) => Promise.all(Array.from({ length: n }, () => send(actor)));
  assert.deepEqual(new Set(await codes(mallory, 100)), new Set(['NOT_FOUND']));
  assert.deepEqual(new Set(await codes(cleo, 20)), new Set(['sent']));
  // Together they come to its limit, or to the next window and its limit then.
  await eventually('the limit of the conversation', async () => (await codes(ada, 30)).includes('RATE_LIMITED'));
  const [byMember, byStranger] = await Promise.all([send(cleo), send(mallory)]);
  assert.ok(['RATE_LIMITED', 'sent'].includes(byMember));
  assert.equal(byStranger, 'NOT_FOUND');
});
