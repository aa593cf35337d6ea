import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { attachEmbeddedPostgres, startEmbeddedPostgres } from '../server/embedded-postgres.ts';
import { eventually } from './harness/eventually.ts';
import { execute } from './harness/execute.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
const log = { info() {}, warn() {}, error: console.error };

const home = mkdtempSync(join(tmpdir(), 'parley-embedded-'));
chmodSync(home, 0o755);
// Interrupted, a process that exits tells its PostgreSQL; one that a signal ends does not.
process.once('SIGTERM', () => process.exit(1));

const holders: ChildProcess[] = [];
after(async () => {
  // Only a failed test leaves one.
  for (const holder of holders)
    if (holder.exitCode === null && holder.signalCode === null) await end(holder, 'SIGTERM');
  rmSync(home, { recursive: true });
});
let made = 0;
const newDataDir = () => join(home, String(++made));

/** Another process that has the PostgreSQL of a DATA_DIR, and the first line it printed. */
async function holdElsewhere(dataDir: string, ...args: string[]): Promise<{ holder: ChildProcess; line: string }> {
  const program = fileURLToPath(new URL('harness/hold-postgres.ts', import.meta.url));
  const holder = spawn(process.execPath, [program, dataDir, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.push(holder);
  const [line] = (await once(createInterface(holder.stdout), 'line')) as [string];
  return { holder, line };
}

async function end(holder: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(holder, 'exit');
  holder.kill(signal);
  await ended;
}

const postmasterOf = (dataDir: string) =>
  Number.parseInt(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10);

/** A dead process that nobody has asked for yet ("Z") does not count. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z\s]/.test(stdout);
}

/** Starts, looks, stops: whatever happened before, this must work. */
async function assertStarts(dataDir: string, rows = [{ n: 1 }]): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  try {
    assert.deepEqual(await execute(postgres.url, 'SELECT n FROM kept'), rows);
  } finally {
    await postgres.stop();
  }
}

const keep = 'CREATE TABLE kept AS SELECT 1 AS n';

/** A DATA_DIR that has been in use. Made once and copied: making a database anew is most of what these tests would cost. */
const usedDataDir = join(home, 'used');
function copyOfUsedDataDir(): string {
  const dataDir = newDataDir();
  execFileSync('cp', ['-a', usedDataDir, dataDir]);
  return dataDir;
}

before(async () => {
  const postgres = await startEmbeddedPostgres({ dataDir: usedDataDir, log });
  await execute(postgres.url, keep);
  await postgres.stop();
});

describe('the embedded PostgreSQL', { concurrency: 2 }, () => {
  test('keeps its data, and keeps them durably', async () => {
    const dataDir = newDataDir();
    const first = await startEmbeddedPostgres({ dataDir, log });
    await execute(first.url, keep);
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      assert.deepEqual(await execute(first.url, `SHOW ${setting}`), [{ [setting]: 'on' }]);
    }
    const postmaster = postmasterOf(dataDir);
    await Promise.all([first.stop(), first.stop()]);
    assert.equal(isAlive(postmaster), false);
    await assertStarts(dataDir);
  });

  test('is had by one process at a time; the second is told which', async () => {
    const dataDir = copyOfUsedDataDir();
    const { holder } = await holdElsewhere(dataDir);
    await assert.rejects(startEmbeddedPostgres({ dataDir, log }), (error: Error) => {
      assert.equal(error.name, 'ConfigError');
      assert.equal(error.message.includes(`in use by process ${holder.pid}.`), true, error.message);
      return true;
    });
    await end(holder, 'SIGTERM');
  });

  test('serves commands beside the server, and by itself for them', async () => {
    const dataDir = copyOfUsedDataDir();
    const own = await attachEmbeddedPostgres({ dataDir, log });
    const postmaster = postmasterOf(dataDir);
    await own.release();
    assert.equal(isAlive(postmaster), false);

    const server = await startEmbeddedPostgres({ dataDir, log });
    const shared = await attachEmbeddedPostgres({ dataDir, log });
    assert.deepEqual(await execute(shared.url, 'SELECT n FROM kept'), [{ n: 1 }]);
    await shared.release();
    assert.deepEqual(await execute(server.url, 'SELECT n FROM kept'), [{ n: 1 }]);
    await server.stop();
  });

  test('two that start at once do not harm each other', async () => {
    const dataDir = copyOfUsedDataDir();
    const both = await Promise.all([holdElsewhere(dataDir), holdElsewhere(dataDir)]);
    const refused = both.filter(({ line }) => line.startsWith('DATA_DIR'));
    assert.equal(refused.length, 1);
    const winner = both.find(({ line }) => line.startsWith('postgres://'))!;
    await end(winner.holder, 'SIGTERM');
    await assertStarts(dataDir);
  });

  test('after kill -9 of the server, the one left running gives way to a new one', async () => {
    const dataDir = copyOfUsedDataDir();
    const { holder } = await holdElsewhere(dataDir);
    const left = postmasterOf(dataDir);
    await end(holder, 'SIGKILL');
    assert.equal(isAlive(left), true);
    await assertStarts(dataDir);
    assert.equal(isAlive(left), false);
  });

  test('after kill -9 of everything, while a query was running', async () => {
    const dataDir = copyOfUsedDataDir();
    const { holder, line: url } = await holdElsewhere(dataDir);
    // It runs on for a moment after its postmaster is gone, and would be let near the same files.
    const busy = execute(
      url,
      `DO $$ DECLARE until timestamptz := clock_timestamp() + '1.5 s'; BEGIN
      WHILE clock_timestamp() < until LOOP END LOOP; END $$`,
    ).catch(() => {});
    const running = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'DO $$%' AND state = 'active'`;
    await eventually('the query runs', async () => (await execute(url, running)).length > 0);
    const postmaster = postmasterOf(dataDir);
    await end(holder, 'SIGKILL');
    process.kill(postmaster, 'SIGKILL');
    await assertStarts(dataDir);
    await busy;
  });

  test('lock files whose process id now is another program’s do not stop it', async () => {
    const dataDir = copyOfUsedDataDir();
    const first = await startEmbeddedPostgres({ dataDir, log });
    const files = ['postmaster.pid', '.s.PGSQL.5432.lock'].map((name) => join(dataDir, 'postgres', name));
    const contents = files.map((file) => readFileSync(file, 'utf8'));
    await first.stop();

    const bystander = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 60_000)'], {
      cwd: join(dataDir, 'postgres'),
    });
    for (const [i, file] of files.entries()) writeFileSync(file, contents[i]!.replace(/^\d+/, String(bystander.pid)));
    await assertStarts(dataDir);
    assert.equal(isAlive(bystander.pid!), true);
    await end(bystander, 'SIGKILL');
  });

  test('ended by somebody else, it is started again', async () => {
    const dataDir = copyOfUsedDataDir();
    const postgres = await startEmbeddedPostgres({ dataDir, log });
    process.kill(postmasterOf(dataDir), 'SIGKILL');
    const look = () => execute(postgres.url, 'SELECT n FROM kept').catch(() => []);
    await eventually('it is there again', async () => (await look()).length > 0);
    await postgres.stop();
  });

  test('runs as another user than root, too', async () => {
    const dataDir = newDataDir();
    mkdirSync(dataDir);
    if (isRoot) chownSync(dataDir, NOBODY, NOBODY);
    const { holder, line: url } = await holdElsewhere(dataDir, ...(isRoot ? [String(NOBODY)] : []));
    await execute(url, keep);
    await end(holder, 'SIGTERM');
    assert.equal(existsSync(join(dataDir, 'postgres/postmaster.pid')), false);
    // And afterwards as the first one: the data stay its.
    await assertStarts(dataDir);
  });

  test('its data may be below a folder that is closed to everybody else', async () => {
    const closed = newDataDir();
    mkdirSync(closed, { mode: 0o700 });
    const postgres = await startEmbeddedPostgres({ dataDir: join(closed, 'deep', 'data'), log });
    await execute(postgres.url, keep);
    await postgres.stop();
    await assertStarts(join(closed, 'deep', 'data'));
  });

  test('its data may have a path that is too long for a socket', async () => {
    const dataDir = join(newDataDir(), 'long'.repeat(30));
    const server = await startEmbeddedPostgres({ dataDir, log });
    await execute(server.url, keep);
    const command = await attachEmbeddedPostgres({ dataDir, log });
    assert.deepEqual(await execute(command.url, 'SELECT n FROM kept'), [{ n: 1 }]);
    await command.release();
    await server.stop();
  });

  test('says what to do about data of another version, and about a PostgreSQL that does not start', async () => {
    const dataDir = copyOfUsedDataDir();
    const first = await startEmbeddedPostgres({ dataDir, log });
    await first.stop();

    const version = join(dataDir, 'postgres/PG_VERSION');
    const itsOwn = readFileSync(version, 'utf8');
    writeFileSync(version, '12\n');
    await assert.rejects(startEmbeddedPostgres({ dataDir, log }), /written by PostgreSQL 12.*restore it.*DATA_DIR/);
    writeFileSync(version, itsOwn);

    const settings = join(dataDir, 'postgres/postgresql.conf');
    const good = readFileSync(settings);
    appendFileSync(settings, 'nonsense = on\n');
    await assert.rejects(startEmbeddedPostgres({ dataDir, log }), /postgres\.log, ends with:\n.*"nonsense"/s);
    writeFileSync(settings, good);

    await assertStarts(dataDir);
  });

  test('says so when DATA_DIR cannot be used', async () => {
    const file = newDataDir();
    writeFileSync(file, '');
    await assert.rejects(startEmbeddedPostgres({ dataDir: join(file, 'data'), log }), /DATA_DIR .* cannot be made/);
  });
});
