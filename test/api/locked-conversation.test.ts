import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { range } from '../harness/range.ts';
import { seedMessages } from '../harness/seed-messages.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

/** Longer than a group waits, and long enough to do everything else meanwhile. */
const LANE_WAIT_MS = 5_000;
const server = await startForFile({ DATABASE_LOCK_TIMEOUT_MS: String(LANE_WAIT_MS) });

/** Somebody else's transaction that holds a row lock, as a long one of an operator does. */
async function holdLock(t: TestContext, sql: string, ...values: unknown[]) {
  const holder = new pg.Client({ connectionString: server.database.url });
  await holder.connect();
  t.after(() => holder.end());
  await holder.query('BEGIN');
  await holder.query(`${sql} FOR UPDATE`, values);
  return { release: () => holder.query('COMMIT') };
}

const waitsForLock = (statement: string) =>
  eventually(`${statement} waits for the lock`, async () => {
    const [row] = await execute<{ n: string }>(
      server.database.url,
      `SELECT count(*) AS n FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '/* ${statement} */%'`,
    );
    return row!.n !== '0';
  });

test('a conversation that somebody keeps locked holds up its own messages only', async (t) => {
  const cleo = await connect(t, server);
  const ids = await Promise.all(range(1, 20).map(() => cleo.start()));
  const locked = ids[7]!;
  const { release } = await holdLock(t, 'SELECT 1 FROM conversation WHERE id = $1', locked);
  const began = performance.now();
  // All at once, so that they share statements with those of the locked one.
  const toLocked = range(1, 5).map((n) => cleo.send(locked, `locked ${n}`));
  const toOthers = ids
    .filter((id) => id !== locked)
    .flatMap((id) => range(1, 5).map((n) => cleo.send(id, `free ${n}`)));
  await Promise.all(toOthers);
  const took = performance.now() - began;
  assert.ok(took < LANE_WAIT_MS, `the others were stored after ${took.toFixed()} ms`);

  await waitsForLock('send_messages');
  const later = performance.now();
  await Promise.all([...ids.filter((id) => id !== locked).map((id) => cleo.send(id, 'later'))]);
  assert.ok(performance.now() - later < LANE_WAIT_MS / 2, 'the others wait again');
  await release();
  const seqs = (await Promise.all(toLocked)).map(({ seq }) => seq);
  assert.deepEqual(seqs.toSorted(), range(1, 5));
});

test('its messages are UNAVAILABLE when they have waited long enough, and their retries are stored', async (t) => {
  const cleo = await connect(t, server);
  const conversationId = await cleo.start();
  const known = await cleo.send(conversationId, 'known');
  const { release } = await holdLock(t, 'SELECT 1 FROM conversation WHERE id = $1', conversationId);
  const id = randomUUID();
  const began = performance.now();
  await assert.rejects(cleo.send(conversationId, 'in vain', id), refused('UNAVAILABLE'));
  assert.ok(performance.now() - began < LANE_WAIT_MS + 5_000);
  await release();
  assert.deepEqual(await cleo.send(conversationId, 'in vain', id), { id, seq: 2, duplicate: false });
  assert.deepEqual(await cleo.send(conversationId, 'known', known.id), { ...known, duplicate: true });
});

test('a member whose row somebody keeps locked holds up their own receipts only', async (t) => {
  const cleo = await connect(t, server);
  const ids = await Promise.all(range(1, 10).map(() => cleo.start()));
  for (const id of ids) await cleo.send(id, 'to be read');
  const { release } = await holdLock(t, 'SELECT 1 FROM member WHERE conversation_id = $1', ids[3]);
  const began = performance.now();
  const acknowledging = ids.map((id) => cleo.acknowledge(id, { readSeq: 1 }));
  await Promise.all(acknowledging.filter((_, i) => i !== 3));
  assert.ok(performance.now() - began < LANE_WAIT_MS);
  await waitsForLock('acknowledge_messages');
  await release();
  await acknowledging[3];
});

test('a message and a conversation with one id at the same moment: one of them is refused', async (t) => {
  const cleo = await connect(t, server);
  const home = await cleo.start();
  for (const id of range(1, 40).map(() => randomUUID())) {
    const both = [
      cleo.send(home, 'the same id', id),
      cleo.run(documents.start, { input: { id } }),
      cleo.post(documents.start, { input: { id } }),
    ];
    const outcomes = await Promise.allSettled(both);
    const [sent, ...started] = outcomes.map(({ status }) => status === 'fulfilled');
    assert.deepEqual(started, [!sent, !sent], id);
    for (const outcome of outcomes) if (outcome.status === 'rejected') assert.ok(refused('CONFLICT')(outcome.reason));
  }
});

test('a message waits for a conversation that is being started under its id, and sees it', async (t) => {
  const cleo = await connect(t, server);
  const [home, other, id] = [await cleo.start(), await cleo.start(), randomUUID()];
  const holder = new pg.Client({ connectionString: server.database.url });
  await holder.connect();
  t.after(() => holder.end());
  await holder.query('BEGIN');
  await holder.query('SELECT pg_advisory_xact_lock(uuid_hash_extended($1, 0))', [id]);
  const sending = cleo.send(home, 'the same id', id);
  const neighbours = range(1, 5).map((n) => cleo.send(other, `neighbour ${n}`));
  await Promise.all(neighbours);
  await waitsForLock('send_messages');
  await holder.query('INSERT INTO conversation (id, starter_id) VALUES ($1, $2)', [id, cleo.id]);
  await holder.query('COMMIT');
  await assert.rejects(sending, refused('CONFLICT'));
});

test('followers that wait for the database leave connections to whoever sends', async (t) => {
  const cleo = await connect(t, server);
  const ids = await Promise.all(range(1, 20).map(() => cleo.start()));
  const followed = ids.map((id) => cleo.follow(id, 0));
  for (const frames of followed) await frames.caughtUp();
  const quiet = await cleo.start();
  // Followers read it, and nothing on the way of a message does.
  const holder = new pg.Client({ connectionString: server.database.url });
  await holder.connect();
  t.after(() => holder.end());
  await holder.query('BEGIN; LOCK TABLE conversation_event IN ACCESS EXCLUSIVE MODE');
  await seedMessages(server.database, { senderId: cleo.id, perConversation: 2, body: 'past the bus' }, ids);
  await waitsForLock('read_log');
  for (const n of range(1, 20)) {
    const began = performance.now();
    await cleo.send(quiet, `message ${n}`);
    assert.ok(performance.now() - began < LANE_WAIT_MS / 2, 'it waited for a connection');
  }
  await holder.query('COMMIT');
  for (const frames of followed) await frames.seq(2);
});
