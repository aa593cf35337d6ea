import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configTable, writtenTable } from '../scripts/config-table.ts';
import { bareEnv } from './harness/bare-env.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { AUTH_SECRET } from './harness/server.ts';

test('README describes every variable as config.ts does (npm run config-table writes it)', () => {
  assert.equal(writtenTable(), configTable());
});

/** As operators run it, with nothing in the environment but this. */
async function start(env: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--import', './server/telemetry/start.ts', 'server/main.ts'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...bareEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, stdout, stderr };
}

describe('a start that cannot work ends with one line, exit code 1 and no stack trace:', () => {
  let database: TestDatabase;
  const taken = createServer();
  let takenPort = '';
  before(async () => {
    database = await createTestDatabase();
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    takenPort = String((taken.address() as { port: number }).port);
  });
  after(async () => {
    taken.close();
    await database.drop();
  });
  const usable = () => ({
    DATABASE_URL: database.url,
    HOST: '127.0.0.1',
    PORT: '0',
    METRICS_PORT: '0',
    LOG_LEVEL: 'warn',
  });

  const cases: [what: string, env: () => Record<string, string>, line: RegExp][] = [
    ['a malformed port', () => ({ PORT: 'abc' }), /^PORT is "abc": must be a port/],
    ['a malformed URL', () => ({ REDIS_URL: 'foo' }), /^REDIS_URL is "foo": must be a URL/],
    ['a secret that is too short', () => ({ AUTH_SECRET: 'hunter2' }), /^AUTH_SECRET must have at least 32 characters/],
    ['production without a secret', () => ({ NODE_ENV: 'production' }), /^NODE_ENV=production needs AUTH_SECRET/],
    [
      'a database that is not there',
      () => ({ DATABASE_URL: 'postgres://ada:hunter2@localhost:1/chat' }),
      /^PostgreSQL at localhost:1, database "chat", .*DATABASE_URL/,
    ],
    [
      'a database that does not exist',
      () => ({ ...usable(), DATABASE_URL: database.url.replace(/\/test_\w+/, '/nowhere') }),
      /database "nowhere".*DATABASE_URL/,
    ],
    ['a host that this machine is not', () => ({ ...usable(), HOST: '192.0.2.1' }), /HOST/],
    ['a port in use', () => ({ ...usable(), PORT: takenPort }), /^Port \d+ is in use\. .*PORT=/],
    [
      'a port in use for the metrics',
      () => ({ ...usable(), METRICS_PORT: takenPort }),
      /^METRICS_PORT is "\d+": something else/,
    ],
    [
      'a data folder that cannot be',
      () => ({ DATA_DIR: '/dev/null/data', AUTH_SECRET }),
      /^DATA_DIR \/dev\/null\/data cannot be made/,
    ],
  ];
  for (const [what, env, line] of cases) {
    test(what, async () => {
      const { code, stdout, stderr } = await start(env());
      assert.equal(code, 1, stdout + stderr);
      assert.equal(stdout, '');
      const [said, ...more] = stderr.trimEnd().split('\n');
      assert.deepEqual(more, []);
      assert.match(said!, /^parley: /);
      assert.match(said!.slice('parley: '.length), line);
      assert.doesNotMatch(stderr, /\.[cm]?[jt]s:\d+|node:|Error:|hunter2/);
    });
  }
});
