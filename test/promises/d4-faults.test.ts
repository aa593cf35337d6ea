import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { execute } from '../harness/execute.ts';
import { History } from '../harness/history.ts';
import { type Lab, openLab } from '../harness/lab.ts';
import { startLink } from '../harness/link.ts';
import { meet, pour } from '../harness/meet.ts';
import { startPostgresLink } from '../harness/postgres-link.ts';
import type { Env } from '../harness/server.ts';

/** The newest event at this moment. */
async function headOf(lab: Lab, id: string): Promise<number> {
  const [row] = await execute<{ head: number }>(
    lab.database.url,
    `SELECT head_seq AS head FROM conversation WHERE id = '${id}'`,
  );
  return row!.head;
}

const sweepsOff: Env = { OUTBOX_SWEEP: 'off', HEAD_SWEEP: 'off' };

describe('D4: gapless, whatever happens', () => {
  test('D4: subscribers are disconnected by Redis again and again, both sweeps off', async (t) => {
    const lab = await openLab(t);
    const [a, b] = [await lab.startInProcess(sweepsOff), await lab.startInProcess(sweepsOff)];
    const { cleo, elsewhere, id, history, devices } = await meet(t, a, b);
    using pouring = pour(history, cleo, elsewhere);
    for (let round = 0; round < 8; round++) {
      await lab.redis.run('CLIENT', 'KILL', 'TYPE', 'pubsub');
      const head = (await headOf(lab, id)) + 10;
      for (const { frames } of Object.values(devices)) await frames.seq(head);
    }
    await pouring.stop();
    await history.judge(lab.database, devices);
  });

  test('D4: what is published between a subscriber’s return and its subscribing is not lost, sweeps off', async (t) => {
    const lab = await openLab(t);
    const proxy = await lab.startProxy();
    const a = await lab.startInProcess(sweepsOff);
    const b = await lab.startInProcess({ ...sweepsOff, REDIS_URL: proxy.redisUrl });
    const { cleo, elsewhere, history, devices } = await meet(t, a, b);
    proxy.holdSubscribing();
    await proxy.subscribing();
    await history.send(cleo, 'nobody there hears this');
    // Time for whoever looks too early: a whole operation of the server that is cut off.
    await elsewhere.run('{ viewer { id } }');
    proxy.letSubscribersIn();
    await history.judge(lab.database, devices);
  });

  test('D4: what is subscribed to while Redis has not greeted yet is heard, sweeps off', async (t) => {
    const lab = await openLab(t);
    const slow = await startLink(() => [{ port: lab.redis.port }]);
    t.after(() => slow.close());
    slow.hold('back');
    const a = await lab.startInProcess(sweepsOff);
    const b = await lab.startInProcess({ ...sweepsOff, REDIS_URL: `redis://127.0.0.1:${slow.port}` });
    const { cleo, elsewhere, history, devices } = await meet(t, a, b);
    slow.release();
    // A whole operation of the server that was kept waiting, for whoever would lose it only now.
    await elsewhere.run('{ viewer { id } }');
    await history.send(cleo, 'Do you hear me?');
    await history.judge(lab.database, devices);
  });

  test('D4: what one process publishes late and another at once is put in order, sweeps off', async (t) => {
    const lab = await openLab(t);
    const proxy = await lab.startProxy();
    const a = await lab.startInProcess({ ...sweepsOff, REDIS_URL: proxy.redisUrl });
    const b = await lab.startInProcess(sweepsOff);
    const { cleo, elsewhere, history, devices } = await meet(t, a, b);
    const tap = await lab.tapBus();
    for (let round = 0; round < 10; round++) {
      proxy.hold();
      const late = await history.send(cleo, 'late');
      const early = await history.send(elsewhere, 'early');
      await devices.there.frames.seq(early.seq!);
      proxy.release();
      await tap.until('the late one', ({ message }) => message.event?.seq === late.seq);
    }
    await history.judge(lab.database, devices);
    const published = tap.seqsOf(history.conversationId);
    assert.notDeepEqual(
      published,
      published.toSorted((x, y) => x - y),
      'the bus kept the order by itself',
    );
  });

  test('D4: PostgreSQL is away while an event is shown that needs it: the event comes all the same', async (t) => {
    const lab = await openLab(t);
    const { link, url } = await startPostgresLink(lab.database.url);
    t.after(() => link.close());
    const [there, here] = [await lab.startInProcess(), await lab.startInProcess({ DATABASE_URL: url })];
    const sub = t.name;
    const closer = await connect(t, there, { role: 'AGENT', sub });
    const ada = await connect(t, here, { role: 'AGENT', sub });
    const id = await closer.start();
    const frames = ada.follow(id, 0);
    await frames.caughtUp();
    const tap = await lab.tapBus();
    link.down();
    // What the conversation has become is read where the event is shown.
    await closer.run(documents.close, { input: { conversationId: id } });
    const head = await headOf(lab, id);
    await tap.until('the closing', ({ message }) => message.event?.seq === head);
    await assert.rejects(ada.run(documents.conversation, { id }), ({ code }) => code === 'UNAVAILABLE');
    link.up();
    await frames.seq(head);
    await new History(id).judge(lab.database, { ada: { frames } });
  });
});
