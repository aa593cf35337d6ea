import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import pg from 'pg';
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

/** A dead relay's rows are taken over within this. */
const TAKE_OVER_MS = 5_000;
/** Only the relay is to find what is tested here. */
const headSweepOff = { HEAD_SWEEP: 'off' };

/** A process whose way to Redis can be held up, and another that must stand in for it. */
async function startDoomed(t: TestContext) {
  const lab = await openLab(t);
  const proxy = await lab.startProxy();
  const doomed = await lab.startProcess({ ...headSweepOff, REDIS_URL: proxy.redisUrl });
  return { lab, proxy, doomed, tap: await lab.tapBus() };
}

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

  test('D5: a process killed between commit and publish: another one publishes within 5 s', async (t) => {
    const { lab, proxy, doomed, tap } = await startDoomed(t);
    const heir = await lab.startProcess(headSweepOff);
    const cleo = await connect(t, doomed, { sub: 'cleo' });
    const elsewhere = await connect(t, heir, { sub: 'cleo' });
    const history = new History(await cleo.start());
    const frames = elsewhere.follow(history.conversationId, 0);
    await frames.caughtUp();
    proxy.hold();
    const sent = await Promise.all(range(1, 20).map((n) => history.send(cleo, `message ${n}`)));
    assert.ok(sent.every(({ outcome }) => outcome === 'acknowledged'));
    await doomed.kill();
    const killed = performance.now();
    assert.deepEqual(tap.seqsOf(history.conversationId), [], 'published before the kill');
    assert.equal((await outboxOf(lab.database)).length, 20);
    await history.judge(lab.database, { heir: { frames } });
    await emptyOutbox(lab.database);
    assert.ok(performance.now() - killed < TAKE_OVER_MS);
    assert.deepEqual(
      tap.seqsOf(history.conversationId).toSorted((a, b) => a - b),
      range(1, 20),
    );
  });

  test('D5: a process killed while it holds claimed rows: another one takes them over when the lease ends', async (t) => {
    const { lab, proxy, doomed, tap } = await startDoomed(t);
    const cleo = await connect(t, doomed);
    const id = await cleo.start();
    proxy.hold();
    await cleo.send(id, 'claimed');
    await eventually('its sweep has the row', async () => ((await outboxOf(lab.database))[0]?.waits_ms ?? 0) > 1_500);
    await doomed.kill();
    const killed = performance.now();
    await lab.startInProcess(headSweepOff);
    await tap.until('it is published', ({ message }) => message.type === 'event hint' && message.seq === 1);
    await emptyOutbox(lab.database);
    assert.ok(performance.now() - killed < TAKE_OVER_MS);
  });

  test('D5: a process killed between publish and deletion: published again, shown once', async (t) => {
    const { lab, doomed, tap } = await startDoomed(t);
    const heir = await lab.startProcess(headSweepOff);
    const cleo = await connect(t, doomed, { sub: 'cleo' });
    const elsewhere = await connect(t, heir, { sub: 'cleo' });
    const history = new History(await cleo.start());
    const frames = elsewhere.follow(history.conversationId, 0);
    await frames.caughtUp();
    const deletions = await holdDeletions(t, lab.database.url);
    await history.send(cleo, 'published and not deleted');
    await frames.seq(1);
    await doomed.kill();
    assert.equal((await outboxOf(lab.database)).length, 1);
    const before = tap.seqsOf(history.conversationId).length;
    await deletions.release();
    await eventually('it is published again', () => tap.seqsOf(history.conversationId).length > before);
    await emptyOutbox(lab.database);
    await history.send(elsewhere, 'what comes next');
    await history.judge(lab.database, { heir: { frames } });
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

  test('D5: what can never be published becomes a dead letter; the rest flows, and subscribers get it all', async (t) => {
    const lab = await openLab(t);
    const settings = { OUTBOX_MAX_ATTEMPTS: '3', OUTBOX_BACKOFF_BASE_MS: '20', OUTBOX_SWEEP_INTERVAL_MS: '100' };
    const relay = await lab.startProcess({ REDIS_URL: await denyingUrl(lab), ...settings, LOG_LEVEL: 'fatal' });
    const other = await lab.startInProcess({ OUTBOX_SWEEP: 'off' });
    const tap = await lab.tapBus();
    const cleo = await connect(t, relay, { sub: 'cleo' });
    const elsewhere = await connect(t, other, { sub: 'cleo' });
    const [denied, allowed] = [new History(idStartingWith('d')), new History(idStartingWith('a'))];
    for (const { conversationId } of [denied, allowed]) await cleo.start({ id: conversationId });
    const follow = (history: History) => ({
      here: { frames: cleo.follow(history.conversationId, 0) },
      there: { frames: elsewhere.follow(history.conversationId, 0) },
    });
    const [ofDenied, ofAllowed] = [follow(denied), follow(allowed)];
    for (const { frames } of [ofDenied, ofAllowed].flatMap((devices) => Object.values(devices)))
      await frames.caughtUp();

    await denied.send(cleo, 'to nobody');
    for (const n of range(1, 20)) await allowed.send(cleo, `message ${n}`);
    await eventually('there is a dead letter', async () => (await deadLettersOf(lab.database)).length > 0);
    for (const n of range(21, 40)) await allowed.send(cleo, `message ${n}`);
    await emptyOutbox(lab.database);

    const [letter, ...others] = await deadLettersOf(lab.database);
    assert.deepEqual(others, []);
    assert.deepEqual([letter!.seq, letter!.attempts], [1, 3]);
    assert.match(letter!.last_error, /NOPERM/);
    assert.equal(await readMetric(relay, 'parley_outbox_dead_letters_total'), 1);
    assert.deepEqual(tap.seqsOf(denied.conversationId), []);
    assert.deepEqual(new Set(tap.seqsOf(allowed.conversationId)), new Set(range(1, 40)));
    await denied.judge(lab.database, ofDenied);
    await allowed.judge(lab.database, ofAllowed);
  });

  test('D5: four relays racing for what was left behind lose nothing, and show nothing twice', async (t) => {
    const lab = await openLab(t);
    const relays = await Promise.all(range(1, 4).map(() => lab.startInProcess(headSweepOff)));
    const devices = await Promise.all(relays.map((relay) => connect(t, relay, { sub: 'cleo' })));
    const history = new History(await devices[0]!.start());
    const readers = Object.fromEntries(
      devices.map((device, i) => [`at ${i}`, { frames: device.follow(history.conversationId, 0) }]),
    );
    for (const { frames } of Object.values(readers)) await frames.caughtUp();
    const tap = await lab.tapBus();
    await lab.redis.stop();
    await Promise.all(
      devices.map(async (device) => {
        for (let n = 0; n < 10; n++) await Promise.all(range(1, 20).map((i) => history.send(device, `${n}.${i}`)));
      }),
    );
    assert.equal((await outboxOf(lab.database)).length, 800);
    await lab.redis.start();
    await emptyOutbox(lab.database);
    await history.judge(lab.database, readers);
    assert.deepEqual(new Set(tap.seqsOf(history.conversationId)), new Set(range(1, 800)));
    assert.deepEqual(await deadLettersOf(lab.database), []);
  });
});

/** Deletions from the outbox hang from here on, as on a lock; their connections are ended before they are let go. */
async function holdDeletions(t: TestContext, url: string): Promise<{ release(): Promise<void> }> {
  await execute(
    url,
    `CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
     CREATE TRIGGER wait BEFORE DELETE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION wait()`,
  );
  const holder = new pg.Client({ connectionString: url });
  holder.on('error', () => {}); // the database goes away with the test
  t.after(() => holder.end());
  await holder.connect();
  await holder.query('SELECT pg_advisory_lock(1)');
  return {
    async release() {
      await execute(
        url,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'parley'`,
      );
      await holder.query('SELECT pg_advisory_unlock(1)');
    },
  };
}
