import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import pg from 'pg';
import { RawSocket } from '../api/raw-socket.ts';
import { connect, tokenFor } from '../harness/actor.ts';
import { checkHistory } from '../harness/check-history.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { History } from '../harness/history.ts';
import { openLab } from '../harness/lab.ts';

describe('D9: graceful', () => {
  test('D9: SIGTERM under load loses nothing; clients are told to come back and resume on the other process', async (t) => {
    const lab = await openLab(t);
    const [leaving, staying] = await Promise.all([lab.startProcess(), lab.startProcess()]);
    const cleo = await connect(t, leaving, { sub: 'cleo' });
    const reader = await connect(t, leaving, { sub: 'ada', role: 'AGENT' });
    const history = new History(await cleo.start());
    const frames = reader.follow(history.conversationId, 0);
    await frames.caughtUp();
    const pouring = Promise.all(
      Array.from({ length: 16 }, async (_, stream) => {
        for (let n = 0; ; n++) {
          const { outcome } = await history.send(cleo, `message ${stream}.${n}`);
          if (outcome !== 'acknowledged') return;
        }
      }),
    );
    await eventually('200 messages are acknowledged', () => history.acknowledged.length >= 200);
    assert.equal(await leaving.stop(), 0);
    await pouring;

    const { closeCode } = await frames.end();
    assert.equal(closeCode, 1012, 'a code after which every client comes back');
    const again = await connect(t, staying, { sub: 'cleo' });
    const position = frames.seqs.at(-1) ?? 0;
    const resumed = (await connect(t, staying, { sub: 'ada', role: 'AGENT' })).follow(history.conversationId, position);
    for (const { id, body, outcome, seq } of history.attempts.slice()) {
      const retry = await history.send(again, body, id);
      assert.equal(retry.outcome, 'acknowledged', 'zero errors after retry');
      if (outcome === 'acknowledged') assert.equal(retry.seq, seq);
    }
    await history.judge(lab.database, { resumed: { frames: resumed, afterSeq: position } });
    assert.deepEqual(
      frames.seqs,
      frames.seqs.map((_, i) => i + 1),
      'what came before the end has no hole',
    );
    await eventually('the outbox is empty', async () => {
      const [row] = await execute<{ n: string }>(lab.database.url, 'SELECT count(*) AS n FROM outbox');
      return row!.n === '0';
    });
  });

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

  test('D9: process after process is replaced under load: zero errors after retry, and no hole for anybody', async (t) => {
    const lab = await openLab(t);
    const [a, b, ...successors] = await Promise.all(Array.from({ length: 4 }, () => lab.startProcess()));
    const serving = [a!, b!];
    const first = await connect(t, serving[0]!, { sub: 'cleo' });
    const history = new History(await first.start());
    let pouring = true;
    /** As a client does: where it was connected, else wherever somebody serves; the same id until it is acknowledged. */
    const streams = Array.from({ length: 8 }, async (_, stream) => {
      let home = stream;
      let device = await connect(t, serving[home % serving.length]!, { sub: 'cleo' });
      for (let n = 0; pouring; n++) {
        let { id, body, outcome } = await history.send(device, `message ${stream}.${n}`);
        while (outcome !== 'acknowledged') {
          assert.equal(outcome, 'unknown');
          const next = await connect(t, serving[++home % serving.length]!, { sub: 'cleo' }).catch(() => undefined);
          if (next) device = next;
          ({ id, body, outcome } = await history.send(device, body, id));
        }
      }
    });
    /** A reader that comes back wherever somebody serves, from the last event it has. */
    const received: { seq: number; messageId: string | null }[] = [];
    let reader = first;
    let complete = false;
    const reading = (async () => {
      for (let home = 0; ; home++) {
        const device = await connect(t, serving[home % serving.length]!, { sub: 'cleo' }).catch(() => undefined);
        if (!device) continue;
        reader = device;
        const frames = device.follow(history.conversationId, received.at(-1)?.seq ?? 0);
        const isLast = complete;
        if (isLast) await frames.caughtUp();
        else await frames.end();
        received.push(...frames.events.map(({ seq, message }) => ({ seq, messageId: message?.id ?? null })));
        if (isLast) return;
      }
    })();
    const more = (count: number) => {
      const wanted = history.acknowledged.length + count;
      return eventually('messages are acknowledged', () => history.acknowledged.length >= wanted);
    };
    await more(100);
    for (const i of [0, 1]) {
      const leaving = serving[i]!;
      serving[i] = successors[i]!;
      assert.equal(await leaving.stop(), 0);
      await more(100);
    }
    pouring = false;
    await Promise.all(streams);
    complete = true;
    reader.cut();
    await reading;
    const log = await history.judge(lab.database);
    const devices = [{ name: 'reader', afterSeq: 0, received }];
    assert.deepEqual(checkHistory({ attempts: history.attempts, log, devices }), []);
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
