import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import pg from 'pg';
import { RawSocket } from '../api/raw-socket.ts';
import { connect, tokenFor } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { History } from '../harness/history.ts';
import { openLab } from '../harness/lab.ts';

describe('D9: graceful', () => {
  test('D9: clients are told to come back each at another moment', async (t) => {
    const lab = await openLab(t);
    const leaving = await lab.startInProcess({ REDIS_URL: '', DRAIN_RECONNECT_SPREAD_MS: '4000' });
    const token = await tokenFor();
    const sockets = await Promise.all(Array.from({ length: 200 }, () => RawSocket.connect(t, leaving.url, token)));
    await leaving.stop();
    const closes = await Promise.all(sockets.map(({ closed }) => closed));
    const hints = closes.map(({ code, reason }) => {
      assert.equal(code, 1012);
      const [, ms] = /^Service restart; retry-after-ms=(\d+)$/.exec(reason) ?? [];
      assert.ok(ms, reason);
      return Number(ms);
    });
    // Two hundred draws: that one of the tenths is empty is out of the question.
    const tenths = new Set(hints.map((ms) => Math.min(9, Math.floor(ms / 400))));
    assert.equal(tenths.size, 10, String(hints));
    assert.ok(Math.max(...hints) <= 4_000);
  });

  test('D9: it is not ready first, and finishes the requests that it began', async (t) => {
    const lab = await openLab(t);
    const server = await lab.startProcess({ DRAIN_DELAY_MS: '1000' });
    const cleo = await connect(t, server, { sub: 'cleo' });
    const id = await cleo.start();
    // A held row lock keeps a request under way for as long as the test wants.
    const lock = new pg.Client({ connectionString: lab.database.url });
    await lock.connect();
    await lock.query('BEGIN');
    await lock.query('SELECT 1 FROM conversation WHERE id = $1 FOR UPDATE', [id]);
    const input = { id: randomUUID(), conversationId: id, body: 'just in time' };
    const sending = cleo.post(documents.send, { input });
    await eventually('the send waits for the lock', async () => {
      const [row] = await execute<{ n: string }>(
        lab.database.url,
        `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return row!.n !== '0';
    });
    const ready = async () => (await fetch(`${server.url}/readyz`)).status;
    assert.equal(await ready(), 200);
    const stopping = server.stop();
    await eventually('it says that it is not ready', async () => (await ready()) === 503);
    await eventually('it takes no connection any more', () =>
      ready().then(
        () => false,
        () => true,
      ),
    );
    await lock.query('COMMIT');
    await lock.end();
    const { sendMessage } = await sending;
    assert.equal(sendMessage.message.seq, 1, 'the request that was under way is answered');
    assert.equal(await stopping, 0);
  });

  test('D9: the only process leaves and its successor goes on: nothing is lost', async (t) => {
    const lab = await openLab(t);
    const leaving = await lab.startProcess({ REDIS_URL: '' });
    const cleo = await connect(t, leaving, { sub: 'cleo' });
    const history = new History(await cleo.start());
    const sending = Promise.all(Array.from({ length: 200 }, (_, n) => history.send(cleo, `message ${n}`)));
    await eventually('some are acknowledged', () => history.acknowledged.length > 0);
    assert.equal(await leaving.stop(), 0);
    await sending;
    assert.equal(await cleo.closed, 1012);
    const again = await connect(t, await lab.startProcess({ REDIS_URL: '' }), { sub: 'cleo' });
    const frames = again.follow(history.conversationId, 0);
    for (const { id, body } of history.attempts.slice()) await history.send(again, body, id);
    assert.equal(new Set(history.acknowledged.map(({ id }) => id)).size, 200);
    await history.judge(lab.database, { reader: { frames } });
  });

  test('D9: neither Redis being away nor a reader that is stuck keeps it from leaving in order', async (t) => {
    const lab = await openLab(t);
    const leaving = await lab.startProcess({ LOG_LEVEL: 'fatal' });
    const cleo = await connect(t, leaving, { sub: 'cleo' });
    const stuck = await connect(t, leaving, { sub: 'cleo' });
    const history = new History(await cleo.start());
    await stuck.follow(history.conversationId, 0).caughtUp();
    stuck.stall();
    await lab.redis.stop();
    // A conversation that nobody followed before: its subscription waits for Redis, and is never confirmed.
    const other = await cleo.start();
    await cleo.follow(other, 0).caughtUp();
    await history.send(cleo, 'without Redis');
    const began = performance.now();
    assert.equal(await leaving.stop(), 0);
    assert.ok(performance.now() - began < 10_000);
    await lab.redis.start();
    const tap = await lab.tapBus();
    await lab.startInProcess();
    await tap.until('what was left behind is published', ({ message }) => message.seq === 1);
    await history.judge(lab.database);
  });
});
