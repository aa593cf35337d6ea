import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { auditDatabase, type Verdict } from '../server/audit/audit-database.ts';
import { openPlainDb } from '../server/audit/open-plain-db.ts';
import { loadConfig } from '../server/config.ts';
import { type Db, openDb, type Tx } from '../server/db.ts';
import { corruptions } from './fixtures/audit-corruptions.ts';
import { id, seed } from './fixtures/audit-seed.ts';
import { execute } from './harness/execute.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';

/** Claims with findings. */
const broken = (verdicts: readonly Verdict[]) =>
  verdicts.filter(({ findings }) => findings > 0).map(({ name }) => name);

/** Each promise is broken by hand, in a transaction that is rolled back, and exactly its check must say so. */
describe('the audit', () => {
  let database: TestDatabase;
  let db: Db;

  before(async () => {
    database = await createTestDatabase();
    await execute(database.url, seed);
    db = openDb(loadConfig({}), database.url);
  });
  after(async () => {
    await db.$disconnect();
    await database.drop();
  });

  test('finds nothing on a healthy database, and says what it looked at', async () => {
    const verdicts = await auditDatabase({ db, plain: db });
    assert.deepEqual(broken(verdicts), []);
    const checked = Object.fromEntries(verdicts.map((verdict) => [verdict.name, verdict.checked]));
    assert.equal(checked['no hole'], 15);
    assert.equal(checked['message ids'], 8);
    assert.equal(checked.tombstones, 1);
    assert.equal(checked.watermarks, 5);
    assert.equal(checked['outbox events'], 2);
    assert.equal(checked.surveys, 1);
  });

  for (const [what, check, corrupt, example = /./, also = []] of corruptions) {
    test(`finds ${what}`, async () => {
      const verdicts = await corrupted(corrupt);
      assert.deepEqual(broken(verdicts).sort(), [check, ...also].sort());
      assert.match(verdicts.find(({ name }) => name === check)!.examples.join('; '), example);
    });
  }

  test('counts every finding and names the first few', async () => {
    const verdicts = await corrupted(`
      INSERT INTO outbox (conversation_id, seq) SELECT '${id('c', 1)}', n FROM generate_series(101, 150) n`);
    const verdict = verdicts.find(({ name }) => name === 'outbox events')!;
    assert.equal(verdict.findings, 50);
    assert.equal(verdict.examples.length, 5);
  });

  test('D1: finds a database whose own default loses what was committed; our connections do not follow it', async () => {
    const careless = await createTestDatabase();
    await execute(
      careless.url,
      `ALTER DATABASE ${new URL(careless.url).pathname.slice(1)} SET synchronous_commit = off`,
    );
    const own = openDb(loadConfig({}), careless.url);
    const plain = openPlainDb(careless.url);
    try {
      const verdicts = await auditDatabase({ db: own, plain });
      assert.deepEqual(broken(verdicts), ['settings']);
      const { examples } = verdicts.find(({ name }) => name === 'settings')!;
      assert.deepEqual(examples, ['synchronous_commit is off by default']);
    } finally {
      await Promise.all([own.$disconnect(), plain.$disconnect()]);
      await careless.drop();
    }
  });

  async function corrupted(sql: string): Promise<Verdict[]> {
    let verdicts: Verdict[] = [];
    const rollback = new Error('rollback');
    const work = async (tx: unknown) => {
      for (const statement of sql.split(';')) await (tx as Tx).$executeRawUnsafe(statement);
      verdicts = await auditDatabase({ db: tx as Tx, plain: db });
      throw rollback;
    };
    await assert.rejects(db.$transaction(work, { timeout: 30_000 }), rollback);
    return verdicts;
  }
});
