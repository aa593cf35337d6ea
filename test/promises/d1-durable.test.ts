import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { migrate } from '../../prisma/migrate.ts';
import { startEmbeddedPostgres } from '../../server/embedded-postgres.ts';
import { type Actor, connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { History } from '../harness/history.ts';
import { type Lab, openLab } from '../harness/lab.ts';
import { startProcess, type TestServer } from '../harness/server.ts';

/** Sends without a pause until the connection breaks: `width` at a time. */
async function pour(history: History, sender: Actor, width: number): Promise<void> {
  const stream = async () => {
    for (let n = 0; ; n++) {
      const { outcome } = await history.send(sender, `message ${n}`);
      if (outcome !== 'acknowledged') return;
    }
  };
  await Promise.all(Array.from({ length: width }, stream));
}

/** Beside another one: test/faults. */
const startOnly = (lab: Lab) => lab.startProcess({ REDIS_URL: '' });

describe('D1: durable', () => {
  test('D1: a message that was just acknowledged survives kill -9 of the only process', async (t) => {
    const lab = await openLab(t);
    const doomed = await startOnly(lab);
    const cleo = await connect(t, doomed, { sub: 'cleo' });
    const id = await cleo.start();
    const history = new History(id);
    // The first may die with its row still in the outbox: what is tested is that the answer was not given too early.
    const { id: messageId, seq } = await history.send(cleo, 'Are you there?');
    await doomed.kill();
    const stored = await execute(lab.database.url, `SELECT seq, body FROM message WHERE id = '${messageId}'`);
    assert.deepEqual(stored, [{ seq, body: 'Are you there?' }]);

    const next = await startOnly(lab);
    const again = await connect(t, next, { sub: 'cleo' });
    const frames = again.follow(id, 0);
    const { duplicate } = await again.send(id, 'Are you there?', messageId);
    assert.equal(duplicate, true);
    await history.judge(lab.database, { reader: { frames } });
    await eventually('the outbox is empty again', async () => {
      const [row] = await execute<{ n: string }>(lab.database.url, 'SELECT count(*) AS n FROM outbox');
      return row!.n === '0';
    });
  });

  test('D1: kill -9 of the only process under load loses nothing acknowledged, and retries store the rest once', async (t) => {
    const lab = await openLab(t);
    const doomed = await startOnly(lab);
    const cleo = await connect(t, doomed, { sub: 'cleo' });
    const ids = await Promise.all([cleo.start(), cleo.start(), cleo.start()]);
    const histories = ids.map((id) => new History(id));
    const pouring = Promise.all(histories.map((history) => pour(history, cleo, 8)));
    await eventually('300 messages are acknowledged', () => sum(histories, (h) => h.acknowledged.length) >= 300);
    await doomed.kill();
    await pouring;
    const unknown = sum(histories, (h) => h.attempts.length - h.acknowledged.length);
    assert.ok(unknown > 0, 'the kill hit nothing that was under way');

    const next = await startOnly(lab);
    const again = await connect(t, next, { sub: 'cleo' });
    for (const history of histories) {
      const frames = again.follow(history.conversationId, 0);
      await Promise.all(
        history.attempts.slice().map(async ({ id, body, outcome, seq }) => {
          const retry = await history.send(again, body, id);
          assert.equal(retry.outcome, 'acknowledged');
          if (outcome === 'acknowledged') assert.equal(retry.seq, seq);
        }),
      );
      await history.judge(lab.database, { reader: { frames } });
    }
  });

  /**
   * Here the database's own default is an asynchronous commit, whose WAL reaches the disk within 10 s. What Parley has
   * acknowledged must be there all the same; a row written with that default shows that this test can see a loss.
   */
  test('D1: kill -9 of everything, PostgreSQL included, loses nothing acknowledged', async (t) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'parley-d1-'));
    const log = { info() {}, warn() {}, error: console.error };
    const postgres = await startEmbeddedPostgres({ dataDir, log });
    const servers: TestServer[] = [];
    const start = async () => {
      const server = await startProcess(postgres.url);
      servers.push(server);
      return server;
    };
    t.after(async () => {
      for (const server of servers) await server.stop();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    });
    await migrate(postgres.url);
    await execute(
      postgres.url,
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`,
    );
    await execute(postgres.url, `ALTER SYSTEM SET wal_writer_delay = '10s'`);
    await execute(postgres.url, 'SELECT pg_reload_conf()');
    await execute(postgres.url, 'CREATE TABLE careless (n int)');
    await execute(postgres.url, 'SET synchronous_commit = on; INSERT INTO careless VALUES (0)');

    const server = await start();
    const cleo = await connect(t, server, { sub: 'cleo' });
    const history = new History(await cleo.start());
    for (let n = 0; n < 20; n++) {
      await Promise.all(Array.from({ length: 8 }, (_, i) => history.send(cleo, `message ${n}.${i}`)));
    }
    assert.equal(history.acknowledged.length, 160);
    await server.kill();
    // Whoever writes the log out by themselves, every ten seconds or now and then, must not do so in this moment.
    const writers = await execute<{ pid: number }>(
      postgres.url,
      `SELECT pid FROM pg_stat_activity WHERE backend_type IN ('walwriter', 'checkpointer')`,
    );
    for (const { pid } of writers) process.kill(pid, 'SIGSTOP');
    await execute(postgres.url, 'INSERT INTO careless VALUES (1)');
    await killAll(dataDir);

    const rows = await eventually('PostgreSQL is back', () =>
      execute(postgres.url, 'SELECT n FROM careless').catch(() => undefined),
    );
    assert.deepEqual(rows, [{ n: 0 }], 'an asynchronous commit survived: this test would not notice a loss');
    await history.judge(postgres);
    const again = await connect(t, await start(), { sub: 'cleo' });
    const frames = again.follow(history.conversationId, 0);
    await history.send(again, 'after the crash', randomUUID());
    await history.judge(postgres, { reader: { frames } });
    const { conversation } = await again.run(documents.conversation, { id: history.conversationId });
    assert.equal(conversation.headSeq, 161);
  });
});

/** PostgreSQL's processes, all at once: none of them gets to write anything down any more. */
async function killAll(dataDir: string): Promise<void> {
  const postmaster = Number.parseInt(await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10);
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(postmaster)], { encoding: 'utf8' });
  process.kill(postmaster, 'SIGKILL');
  for (const pid of children.split('\n').map(Number)) {
    try {
      if (pid > 0) process.kill(pid, 'SIGKILL');
    } catch {
      // It has followed its parent already.
    }
  }
}

const sum = <T>(items: readonly T[], of: (item: T) => number) => items.reduce((total, item) => total + of(item), 0);
