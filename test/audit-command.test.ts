import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Verdict } from '../server/audit/audit-database.ts';
import { id, seed } from './fixtures/audit-seed.ts';
import { execute } from './harness/execute.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { runTool } from './harness/run-tool.ts';

describe('npm run audit', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
    await execute(database.url, seed);
  });
  after(() => database.drop());

  const run = (...args: string[]) => runTool('server/cli/audit.ts', args, { DATABASE_URL: database.url });

  test('prints a table and exits 0 when every promise holds', async () => {
    const { code, stdout, stderr } = await run();
    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.match(stdout, /ok +D3 +no hole +15 +0 +every seq/);
    assert.match(stdout, /Every promise holds/);
  });

  test('exits 1 and shows the findings when one is broken; a warning alone is none', async () => {
    const dead = `INSERT INTO dead_letter (id, conversation_id, seq, created_at, attempts) VALUES (1000, '${id('c', 1)}', 1, now(), 10)`;
    await execute(database.url, dead);
    const warned = await run();
    await execute(database.url, `UPDATE member SET delivered_seq = 10 WHERE delivered_seq = 9`);
    const failed = await run('--json');
    await execute(
      database.url,
      `DELETE FROM dead_letter; UPDATE member SET delivered_seq = 9 WHERE delivered_seq = 10`,
    );
    assert.equal(warned.code, 0);
    assert.match(warned.stdout, /look +D5 +dead letters +1 +1/);
    assert.equal(failed.code, 1);
    const { verdicts } = JSON.parse(failed.stdout) as { verdicts: Verdict[] };
    const found = verdicts.filter(({ findings }) => findings > 0).map(({ name }) => name);
    assert.deepEqual(found, ['dead letters', 'watermarks']);
  });

  test('says in one line what is wrong with how it was called', async () => {
    const { code, stdout, stderr } = await run('--jsom');
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^Unknown option '--jsom'[^\n]*\n$/);
  });
});
