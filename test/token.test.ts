import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { jwtVerify } from 'jose';
import { migrate } from '../prisma/migrate.ts';
import { installationKey } from '../server/auth/installation-keys.ts';
import { parseDuration } from '../server/cli/parse-duration.ts';
import { loadConfig } from '../server/config.ts';
import { openDb } from '../server/db.ts';
import { startEmbeddedPostgres } from '../server/embedded-postgres.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { runTool } from './harness/run-tool.ts';

const AUTH_SECRET = 'a secret of thirty-two characters';
const token = (args: string[], env: Record<string, string>) => runTool('server/cli/token.ts', args, env);

describe('npm run token', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  test('prints a token and nothing else, signed with AUTH_SECRET; no database is needed', async () => {
    const { code, stdout, stderr } = await token(
      ['--role', 'agent', '--name', 'Ada', '--sub', 'ada-1', '--expires-in', '15m'],
      { AUTH_SECRET, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' },
    );
    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { payload, protectedHeader } = await jwtVerify(stdout.trim(), new TextEncoder().encode(AUTH_SECRET));
    assert.equal(protectedHeader.alg, 'HS256');
    const { iat, exp, ...claims } = payload;
    assert.deepEqual(claims, { iss: 'parley', sub: 'ada-1', role: 'agent', name: 'Ada' });
    assert.equal(exp! - iat!, 15 * 60);
  });

  test('lasts an hour and names a new participant unless told otherwise', async () => {
    const made = await Promise.all([1, 2].map(() => token(['--role', 'customer', '--name', 'Cleo'], { AUTH_SECRET })));
    const [one, two] = await Promise.all(
      made.map(async ({ stdout }) => (await jwtVerify(stdout.trim(), new TextEncoder().encode(AUTH_SECRET))).payload),
    );
    assert.notEqual(one!.sub, two!.sub);
    assert.equal(one!.exp! - one!.iat!, 3600);
  });

  test('makes the installation’s key where there is none: two at the same moment agree on one', async () => {
    const env = { DATABASE_URL: database.url };
    const made = await Promise.all(['customer', 'manager'].map((role) => token(['--role', role, '--name', 'Mo'], env)));
    const db = openDb(loadConfig({}), database.url);
    const key = await installationKey(db, 'auth_secret').finally(() => db.$disconnect());
    for (const { code, stdout, stderr } of made) {
      assert.equal(stderr, '');
      assert.equal(code, 0);
      await jwtVerify(stdout.trim(), key);
    }
  });

  test('takes the key of the embedded database, beside a running server and without one', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'parley-token-'));
    const quiet = { info() {}, warn: console.error, error: console.error };
    const running = await startEmbeddedPostgres({ dataDir, log: quiet });
    try {
      await migrate(running.url);
      const beside = await token(['--role', 'agent', '--name', 'Ada'], { DATA_DIR: dataDir });
      const db = openDb(loadConfig({}), running.url);
      const key = await installationKey(db, 'auth_secret').finally(() => db.$disconnect());
      await running.stop();
      const alone = await token(['--role', 'agent', '--name', 'Ada'], { DATA_DIR: dataDir });
      for (const { stdout, stderr } of [beside, alone]) {
        assert.equal(stderr, '');
        await jwtVerify(stdout.trim(), key);
      }
    } finally {
      await running.stop();
      await rm(dataDir, { recursive: true });
    }
  });

  test('helps', async () => {
    const { code, stdout } = await token(['--help'], {});
    assert.equal(code, 0);
    assert.match(stdout, /--role +customer, agent or manager/);
  });

  const good = ['--role', 'agent', '--name', 'Ada'];
  for (const [what, args, message, env] of [
    ['no role', ['--name', 'Ada'], /^--role is missing/, {}],
    [
      'a role that there is not',
      ['--role', 'admin', '--name', 'Ada'],
      /^--role is "admin": it must be customer, agent or/,
      {},
    ],
    ['no name', ['--role', 'agent'], /^--name is missing/, {}],
    ['an empty name', ['--role', 'agent', '--name', ' '], /^--name is " "/, {}],
    ['an endless sub', [...good, '--sub', 'x'.repeat(201)], /^--sub is "x{60}…": it must have 1 to 200/, {}],
    ['a duration without a unit', [...good, '--expires-in', '60'], /^--expires-in is "60": it must be like 90s/, {}],
    ['a duration of nothing', [...good, '--expires-in', '0s'], /^--expires-in is "0s"/, {}],
    ['an option that there is not', [...good, '--rule', 'x'], /^Unknown option '--rule'/, {}],
    ['an option without its value', ['--role'], /^Option '--role <value>' argument missing/, {}],
    ['a short secret', good, /^AUTH_SECRET must have at least 32 characters/, { AUTH_SECRET: 'short' }],
    ['no installation', good, /^There is no installation in .*nowhere yet/, { DATA_DIR: join(tmpdir(), 'nowhere') }],
    ['no database', good, /^The database cannot be reached/, { DATABASE_URL: 'postgres://a@127.0.0.1:1/b' }],
    ['production without a secret', good, /^NODE_ENV=production needs AUTH_SECRET/, { NODE_ENV: 'production' }],
    [
      'production with somebody else’s tokens only',
      good,
      /^In production tokens are signed with AUTH_SECRET/,
      { NODE_ENV: 'production', AUTH_JWKS_URL: 'https://id.example/jwks' },
    ],
  ] as [string, string[], RegExp, Record<string, string>][]) {
    test(`says in one line: ${what}`, async () => {
      const { code, stdout, stderr } = await token(args, env);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.match(stderr, /^[^\n]+\n$/);
      assert.equal(code, 1);
    });
  }

  test('says in one line that the database is empty', async () => {
    const empty = await createTestDatabase({ empty: true });
    const { code, stderr } = await token(good, { DATABASE_URL: empty.url });
    await empty.drop();
    assert.equal(stderr, 'The database has no tables of Parley yet. Run `npm start` once.\n');
    assert.equal(code, 1);
  });
});

test('a duration is a whole number with its unit', () => {
  assert.equal(parseDuration('90s'), 90);
  assert.equal(parseDuration('15m'), 900);
  assert.equal(parseDuration('1h'), 3600);
  assert.equal(parseDuration('30d'), 2_592_000);
  for (const bad of ['', '1', 'h', '1.5h', '-1h', '1h30m', '1 h', '0d', '99999d', '1w']) {
    assert.equal(parseDuration(bad), undefined, bad);
  }
});

describe('npm run sign-in-link', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());
  const link = (args: string[], env: Record<string, string> = {}) =>
    runTool('server/cli/sign-in-link.ts', args, { DATABASE_URL: database.url, AUTH_SECRET, ...env });

  test('prints a link for whom it is asked for, and nothing else', async () => {
    const ada = ['--role', 'agent', '--name', 'Ada', '--sub', 'ada-1'];
    const made = await Promise.all([link(ada, { PUBLIC_URL: 'https://chat.example' }), link([])]);
    assert.deepEqual(
      made.map(({ code, stderr }) => [code, stderr]),
      [
        [0, ''],
        [0, ''],
      ],
    );
    assert.match(made[0]!.stdout, /^https:\/\/chat\.example\/sign-in\?code=[\w-]{32}\n$/);
    assert.match(made[1]!.stdout, /^http:\/\/localhost:4000\/sign-in\?code=[\w-]{32}\n$/);
    const db = openDb(loadConfig({}), database.url);
    const codes = await db.signInCode.findMany({ orderBy: { role: 'asc' } }).finally(() => db.$disconnect());
    assert.deepEqual(
      codes.map(({ role, name, externalId }) => [role, name, externalId]),
      [
        ['AGENT', 'Ada', 'ada-1'],
        ['MANAGER', 'Manager', null],
      ],
    );
  });

  for (const [what, args, message, env] of [
    ['a customer', ['--role', 'customer'], /^--role is "customer": it must be manager or agent/, {}],
    ['an agent without an id', ['--role', 'agent', '--name', 'Ada'], /^--sub is missing/, {}],
    ['a provider', [], /^There are no sign-in links/, { OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_ID: 'x' }],
  ] as const)
    test(`with ${what} it says in one line what is wrong`, async () => {
      const { code, stdout, stderr } = await link([...args], env);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1);
    });
});
