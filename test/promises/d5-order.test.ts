import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect } from '../harness/actor.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { History } from '../harness/history.ts';
import { openLab } from '../harness/lab.ts';
import { range } from '../harness/range.ts';
import { readMetric } from '../harness/read-metric.ts';

/** Only the relay is to find what is tested here. */
const settings = { HEAD_SWEEP: 'off', LOG_LEVEL: 'fatal' };

describe('D5: relayed in order', () => {
  test('D5: one relay publishes each conversation in its order, also what happens while it catches up', async (t) => {
    const lab = await openLab(t);
    const proxy = await lab.startProxy();
    const relay = await lab.startProcess({ ...settings, REDIS_URL: proxy.redisUrl });
    const tap = await lab.tapBus();
    const cleo = await connect(t, relay);
    const histories = await Promise.all(range(1, 5).map(async () => new History(await cleo.start())));
    let pouring = true;
    const streams = histories.map(async (history) => {
      while (pouring) await history.send(cleo, 'one after the other');
    });
    const breakerOpen = () => readMetric(relay, 'parley_bus_breaker_open');
    assert.equal(await breakerOpen(), 0);
    proxy.hold();
    await eventually('the breaker is open', async () => (await breakerOpen()) === 1);
    const enough = histories[0]!.acknowledged.length + 50;
    await eventually('more is waiting', () => histories[0]!.acknowledged.length > enough);
    proxy.release();
    await eventually('the breaker is closed', async () => (await breakerOpen()) === 0);
    // Until what is handed over is published at once again, in the middle of all this.
    await eventually('every conversation has caught up', () =>
      histories.every(({ conversationId, acknowledged }) => tap.seqsOf(conversationId).includes(acknowledged.length)),
    );
    pouring = false;
    await Promise.all(streams);
    for (const { conversationId, acknowledged } of histories) {
      await eventually('all is published', () => new Set(tap.seqsOf(conversationId)).size === acknowledged.length);
      assert.deepEqual([...new Set(tap.seqsOf(conversationId))], range(1, acknowledged.length));
    }
  });

  test('D5: what waits in urgent conversations is published first', async (t) => {
    const lab = await openLab(t);
    const proxy = await lab.startProxy();
    const doomed = await lab.startProcess({ ...settings, REDIS_URL: proxy.redisUrl });
    const cleo = await connect(t, doomed);
    const [normal, urgent] = [await cleo.start(), await cleo.start({ priority: 'URGENT' })];
    proxy.hold();
    await Promise.all(range(1, 60).map(() => cleo.send(normal, 'can wait')));
    await Promise.all(range(1, 30).map(() => cleo.send(urgent, 'cannot')));
    await doomed.kill();
    await execute(lab.database.url, "UPDATE outbox SET available_at = now() + interval '1 second'");
    const tap = await lab.tapBus();
    await lab.startInProcess({ ...settings, OUTBOX_BATCH: '20' });
    await tap.until('all is published', () => tap.seqsOf(normal).length === 60);
    const order = tap.all.flatMap(({ channel, message }) =>
      message.type === 'event hint' ? [channel === `conversation:${urgent}`] : [],
    );
    assert.deepEqual(order, [...range(1, 30).map(() => true), ...range(1, 60).map(() => false)]);
    for (const id of [urgent, normal]) assert.deepEqual(tap.seqsOf(id), range(1, id === urgent ? 30 : 60));
  });
});
