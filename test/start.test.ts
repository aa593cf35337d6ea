import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from './harness/eventually.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'parley-start-'));
const env = { ...process.env, DATA_DIR: dataDir, PORT: '0', METRICS_PORT: '0', DATABASE_URL: '', REDIS_URL: '' };
const launchers: ChildProcess[] = [];
after(() => {
  // Only a failed test leaves one.
  for (const launcher of launchers) launcher.kill('SIGTERM');
  rmSync(dataDir, { recursive: true });
});

const patienceMs = 120_000;

function launch(command: string, args: string[], more: Record<string, string> = {}) {
  const launcher = spawn(command, args, { cwd: root, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
  launchers.push(launcher);
  return launcher;
}

const start = (more?: Record<string, string>) => launch(process.execPath, ['scripts/start.mjs'], more);

/** The dashboard's URL, as it is printed. */
async function ready(launcher: ReturnType<typeof launch>): Promise<string> {
  launcher.stderr.resume();
  for await (const line of createInterface(launcher.stdout)) {
    const url = /^ +Dashboard +(\S+)/.exec(line)?.[1];
    if (!url) continue;
    // Whatever it still prints must not fill the pipe and stop it.
    launcher.stdout.resume();
    return url;
  }
  throw new Error('it ended without being ready');
}

const numberIn = (file: string) => Number.parseInt(readFileSync(join(dataDir, file), 'utf8'), 10);
const started = (launcher: ChildProcess) => ({
  launcher: launcher.pid!,
  server: numberIn('lock-holder'),
  postgres: numberIn('postgres/postmaster.pid'),
});

/** A dead process that nobody has asked for yet ("Z") does not count. */
const isAlive = (pid: number) =>
  /^[^Z\s]/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout);

async function allGone(processes: Record<string, number>): Promise<void> {
  const left = () => Object.entries(processes).filter(([, pid]) => isAlive(pid));
  await eventually('no process is left', () => left().length === 0, 20_000).catch(() => {});
  assert.deepEqual(left(), []); // names those that are
}

// One after the other on the same data, so that each start follows on the end before it.
describe('npm start', { concurrency: 1, timeout: patienceMs }, () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    test(`${signal} stops the server and its PostgreSQL, with exit code 0`, async () => {
      const launcher = start();
      const url = await ready(launcher);
      assert.equal((await fetch(new URL('/readyz', url))).status, 200);
      const processes = started(launcher);
      launcher.kill(signal);
      assert.deepEqual(await once(launcher, 'exit'), [0, null]);
      await allGone(processes);
    });
  }

  test('kill -9 of the launcher stops them too', async () => {
    const launcher = start();
    await ready(launcher);
    const processes = started(launcher);
    launcher.kill('SIGKILL');
    await allGone(processes);
  });

  test('kill -9 of npm stops them too', { skip: process.platform !== 'linux' }, async () => {
    const npm = launch('npm', ['start']);
    await ready(npm);
    const processes = started(npm);
    npm.kill('SIGKILL');
    await allGone(processes);
  });

  test('kill -9 of the server stops its PostgreSQL', async () => {
    const launcher = start();
    await ready(launcher);
    const processes = started(launcher);
    process.kill(processes.server, 'SIGKILL');
    assert.deepEqual(await once(launcher, 'exit'), [137, null]);
    await allGone(processes);
  });

  test('what an operator can put right is one line and exit code 1', async () => {
    const first = start();
    const url = await ready(first);
    const port = new URL(url).port;

    const complaints: [settings: Record<string, string>, line: RegExp][] = [
      [{}, /^parley: DATA_DIR \S+ is in use by process \d+\. .*\n$/],
      [
        { DATABASE_URL: 'postgres://ada:s3cret@localhost:1/chat' },
        /^parley: PostgreSQL at localhost:1, (?!.*s3cret).*\n$/,
      ],
      [{ PORT: 'http' }, /^parley: PORT is "http": .*\n$/],
      [{ PORT: port, DATA_DIR: join(dataDir, 'second') }, new RegExp(`^parley: .*${port}.*\\n$`)],
    ];
    for (const [settings, line] of complaints) {
      const second = start(settings);
      const [said, [code]] = await Promise.all([text(second.stderr), once(second, 'exit')]);
      assert.match(said, line);
      assert.equal(code, 1);
    }

    const processes = started(first);
    first.kill('SIGTERM');
    await allGone(processes);
  });
});
