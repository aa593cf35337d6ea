import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../prisma/migrate.ts';
import { execute } from '../harness/execute.ts';
import { openLab } from '../harness/lab.ts';
import { meet, pour } from '../harness/meet.ts';
import { startPgBouncer } from '../harness/pgbouncer.ts';
import { startPostgresLink } from '../harness/postgres-link.ts';
import { runTool } from '../harness/run-tool.ts';
import { AUTH_SECRET } from '../harness/server.ts';

/** Fewer than the pools of two processes, so that sessions do change hands. */
const POOL_SIZE = 4;

test('D1 to D4: two processes behind PgBouncer in transaction mode, which is cut off and killed', async (t) => {
  const lab = await openLab(t);
  const { link, url } = await startPostgresLink(lab.database.url);
  t.after(() => link.close());
  const pgbouncer = await startPgBouncer(url, { poolSize: POOL_SIZE });
  t.after(() => pgbouncer.close());
  const env = { DATABASE_URL: pgbouncer.url, DATABASE_DIRECT_URL: url, DATABASE_POOLER: 'unnamed' };

  await assert.rejects(migrate(pgbouncer.url), /is PgBouncer.* Set DATABASE_POOLER, and DATABASE_DIRECT_URL/);

  // What PostgreSQL does not do by itself is said in words that it understands.
  const complaint = await lab.startInProcess(env).then(
    () => assert.fail('it started'),
    ({ name, message }: Error) => `${name}: ${message}`,
  );
  assert.match(complaint, /^ConfigError: DATABASE_POOLER is "unnamed"/);
  const statements = complaint.match(/ALTER ROLE [^;]+;/g) ?? [];
  assert.deepEqual(
    statements.map((statement) => / SET (\w+) /.exec(statement)?.[1]),
    ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'],
  );
  await execute(url, statements.join('\n'));
  await pgbouncer.run('RECONNECT');

  const here = await lab.startProcess(env);
  const there = await lab.startInProcess(env);
  const { cleo, elsewhere, history, devices } = await meet(t, here, there);
  using pouring = pour(history, cleo, elsewhere);
  const someMore = async () => {
    const seq = (history.acknowledged.at(-1)?.seq ?? 0) + 20;
    for (const { frames } of Object.values(devices)) await frames.seq(seq);
  };
  await someMore();
  const sessions = await execute(
    url,
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'parley'`,
  );
  const pools = await pgbouncer.run<{ database: string; pool_mode: string }>('SHOW POOLS');
  assert.ok(sessions.length > 0 && sessions.length <= POOL_SIZE, `${sessions.length} sessions`);
  assert.ok(pools.some(({ database, pool_mode }) => database.startsWith('test_') && pool_mode === 'transaction'));
  for (const fault of [link.cut, pgbouncer.replace, link.cut]) {
    await fault();
    await someMore();
  }
  await pouring.stop();
  await history.judge(lab.database, devices);

  const audit = await runTool('server/cli/audit.ts', [], { ...env, AUTH_SECRET });
  assert.equal(audit.code, 0, audit.stdout + audit.stderr);
});
