import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { History } from '../harness/history.ts';
import { type Lab, openLab } from '../harness/lab.ts';
import { range } from '../harness/range.ts';
import { readMetric } from '../harness/read-metric.ts';
import { onEveryTopology } from '../harness/topology.ts';

type Row = { seq: number; attempts: number; last_error: string | null; waits_ms: number };

const outboxOf = (database: { url: string }) =>
  execute<Row>(
    database.url,
    `SELECT seq, attempts, last_error, extract(epoch FROM available_at - clock_timestamp())::float8 * 1000 AS waits_ms
     FROM outbox ORDER BY seq`,
  );
const deadLettersOf = (database: { url: string }) =>
  execute<{ seq: number; attempts: number; last_error: string }>(
    database.url,
    'SELECT seq, attempts, last_error FROM dead_letter ORDER BY seq',
  );
const emptyOutbox = (database: { url: string }, withinMs?: number) =>
  eventually('the outbox is empty', async () => (await outboxOf(database)).length === 0, withinMs);

/** Only the relay is to find what is tested here. */
const headSweepOff = { HEAD_SWEEP: 'off' };

/** Redis takes what this user publishes on every channel but those of conversations whose id starts with d. */
async function denyingUrl(lab: Lab): Promise<string> {
  const allowed = ['presence', 'participants', 'inbox:*', 'conversation:[^d]*'].map((topic) => `&parley:${topic}`);
  await lab.redis.run('ACL', 'SETUSER', 'relay', 'on', '>secret', '+@all', '~*', 'resetchannels', ...allowed);
  return lab.redis.url.replace('redis://', 'redis://relay:secret@');
}
const idStartingWith = (digit: string) => digit + randomUUID().slice(1);

describe('D5: relayed', () => {
  onEveryTopology((topology) => {
    test('D5: what was published leaves the outbox, whoever wrote it', async (t) => {
      const { first, last, database } = topology();
      const cleo = await connect(t, first);
      const ada = await connect(t, last, { role: 'AGENT', name: 'Ada' });
      const id = await cleo.start();
      await ada.claim(id);
      await Promise.all(range(1, 50).map((n) => (n % 2 ? cleo : ada).send(id, `message ${n}`)));
      await ada.run(documents.close, { input: { conversationId: id } });
      await emptyOutbox(database);
      assert.deepEqual(await deadLettersOf(database), []);
    });
  });

  test('D5: a publish that fails is retried with exponential back-off and jitter, up to a bound', async (t) => {
    const lab = await openLab(t);
    const base = 1_000_000;
    const relay = await lab.startInProcess({
      REDIS_URL: await denyingUrl(lab),
      OUTBOX_BACKOFF_BASE_MS: String(base),
      OUTBOX_BACKOFF_MAX_MS: String(base * 4),
    });
    const cleo = await connect(t, relay);
    const id = await cleo.start({ id: idStartingWith('d') });
    await Promise.all(range(1, 200).map((n) => cleo.send(id, `message ${n}`)));
    const afterAttempt = async (attempts: number) => {
      await eventually(`attempt ${attempts}`, async () =>
        (await outboxOf(lab.database)).every((row) => row.attempts === attempts),
      );
      const rows = await outboxOf(lab.database);
      assert.equal(rows.length, 200);
      assert.match(rows[0]!.last_error!, /NOPERM/);
      return rows.map(({ waits_ms }) => waits_ms).toSorted((a, b) => a - b);
    };
    // Two hundred draws from one interval: that all of them fall into its lower half is out of the question.
    for (const [attempts, bound] of [
      [1, base],
      [2, base * 2],
      [3, base * 4],
      [8, base * 4],
    ] as const) {
      await execute(lab.database.url, `UPDATE outbox SET attempts = ${attempts - 1}, available_at = now()`);
      const waits = await afterAttempt(attempts);
      assert.ok(waits.at(-1)! <= bound, `${waits.at(-1)} ms is longer than ${bound}`);
      assert.ok(waits.at(-1)! > bound / 2, `all within ${waits.at(-1)} ms: not exponential`);
      assert.ok(waits[0]! < bound / 2, `none before ${waits[0]} ms: no jitter`);
    }
  });

  test('D5: while Redis is away no attempt counts: nothing becomes a dead letter, however long it takes', async (t) => {
    const lab = await openLab(t);
    const maxAttempts = 6;
    const baseMs = 50;
    const relay = await lab.startProcess({
      ...headSweepOff,
      OUTBOX_MAX_ATTEMPTS: String(maxAttempts),
      OUTBOX_BACKOFF_BASE_MS: String(baseMs),
      OUTBOX_SWEEP_INTERVAL_MS: String(baseMs),
      LOG_LEVEL: 'fatal',
    });
    const other = await lab.startInProcess({ ...headSweepOff, OUTBOX_SWEEP: 'off' });
    const cleo = await connect(t, relay, { sub: 'cleo' });
    const elsewhere = await connect(t, other, { sub: 'cleo' });
    const history = new History(await cleo.start());
    const frames = elsewhere.follow(history.conversationId, 0);
    await frames.caughtUp();
    await lab.redis.stop();
    const since = performance.now();
    await eventually('the breaker opens', async () => {
      await history.send(cleo, 'without Redis');
      return (await readMetric(relay, 'parley_bus_breaker_changes_total', { state: 'open' })) > 0;
    });
    await eventually('that took long enough', async () => {
      await history.send(cleo, 'still without Redis');
      return performance.now() - since > 10 * maxAttempts * baseMs;
    });
    const rows = await outboxOf(lab.database);
    assert.equal(rows.length, history.acknowledged.length);
    assert.ok(Math.max(...rows.map(({ attempts }) => attempts)) < maxAttempts);
    await lab.redis.start();
    await history.judge(lab.database, { elsewhere: { frames } });
    await emptyOutbox(lab.database);
    assert.deepEqual(await deadLettersOf(lab.database), []);
  });
});
