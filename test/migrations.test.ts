import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import pg from 'pg';
import { diffFromSchema, migrate, readMigrations } from '../prisma/migrate.ts';
import { eventually } from './harness/eventually.ts';
import { execute } from './harness/execute.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { startTool } from './harness/run-tool.ts';

const { migrationDirectories } = await readMigrations();
const names = migrationDirectories.map(({ path }) => path);

async function onEmptyDatabase(work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase({ empty: true });
  try {
    await work(database);
  } finally {
    await database.drop();
  }
}

/** Another process that migrates, and prints what it applied: `npm run migrate`. */
const migrateElsewhere = (url: string) => startTool('server/cli/migrate.ts', [], { DATABASE_URL: url });

describe('migrations', () => {
  test('apply once, and make what schema.prisma describes', () =>
    onEmptyDatabase(async ({ url }) => {
      assert.deepEqual(await migrate(url), names);
      assert.deepEqual(await migrate(url), []);
      assert.equal(await diffFromSchema(url), '');
    }));

  test('a schema that differs is noticed', () =>
    onEmptyDatabase(async ({ url }) => {
      await migrate(url);
      await execute(url, 'ALTER TABLE session DROP COLUMN platform');
      assert.match(await diffFromSchema(url), /ALTER TABLE "session" ADD COLUMN +"platform" TEXT/);
    }));

  test('processes that start at once apply each of them once', () =>
    onEmptyDatabase(async ({ url }) => {
      const applied = await Promise.all(
        [1, 2, 3].map(async () => {
          const { stdout, stderr } = await migrateElsewhere(url).result;
          assert.equal(stderr, '');
          return stdout.split('\n').filter(Boolean);
        }),
      );
      assert.deepEqual(applied.flat(), names);
    }));

  test('after a kill in the middle the next start finishes what is left', () =>
    onEmptyDatabase(async ({ url }) => {
      // Whoever makes the same table waits for the end of this transaction.
      const blocker = new pg.Client({ connectionString: url });
      await blocker.connect();
      await blocker.query('BEGIN; CREATE TABLE participant ()');
      const { child: killed } = migrateElsewhere(url);
      const isWaiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await eventually('it waits', async () => (await execute(url, isWaiting)).length > 0);
      killed.kill('SIGKILL');
      await once(killed, 'exit');
      await blocker.query('ROLLBACK');
      await blocker.end();

      // PostgreSQL finishes what it was told by the dead process, or rolls it back; either is known here.
      await migrate(url);
      assert.deepEqual(await migrate(url), []);
      assert.equal(await diffFromSchema(url), '');
    }));

  test('a database that cannot be reached is named, its password is not', async () => {
    await assert.rejects(migrate('postgres://ada:s3cret@localhost:1/chat'), (error: Error) => {
      assert.equal(error.name, 'ConfigError');
      assert.match(error.message, /localhost:1, database "chat".*nothing answers there.*DATABASE_URL/);
      assert.doesNotMatch(error.message, /s3cret/);
      return true;
    });
  });
});

/**
 * What stood in the database before a migration must stand after it. One entry for each migration that touches tables with
 * rows in them: the rows to put in before it, and a question that must be answered with true behind it.
 */
const upgrades = [
  {
    migration: '20261122000200_send_messages',
    rows: `
      INSERT INTO participant (id, external_id, name, role) VALUES ('00000000-0000-7000-8000-000000000001', 'c', 'Cy', 'CUSTOMER');
      INSERT INTO conversation (id, starter_id, head_seq)
        VALUES ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', 1);
      INSERT INTO message (id, conversation_id, seq, sender_id, body, fingerprint, created_at)
        VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002', 1,
                '00000000-0000-7000-8000-000000000001', 'hello', '\\x01', now());`,
    question: `SELECT count(*) = 1 AS answer FROM message WHERE body = 'hello' AND seq = 1`,
  },
  {
    migration: '20261122131912_notes',
    rows: `
      INSERT INTO participant (id, external_id, name, role) VALUES ('00000000-0000-7000-8000-000000000001', 'c', 'Cy', 'CUSTOMER');
      INSERT INTO conversation (id, starter_id, status, assignee_id, closed_at)
        SELECT uuidv7(), p.id, s::"ConversationStatus", CASE s WHEN 'OPEN' THEN p.id END, CASE s WHEN 'CLOSED' THEN now() END
        FROM participant p, unnest('{WAITING,OPEN,CLOSED}'::text[]) AS s;`,
    question: `SELECT count(DISTINCT status) = 3 AND bool_and(notes_of_id IS NULL) AS answer FROM conversation`,
  },
  {
    migration: '20261122172500_survey_questions',
    rows: `
      INSERT INTO participant (id, external_id, name, role) VALUES ('00000000-0000-7000-8000-000000000001', 'c', 'Cy', 'CUSTOMER');
      INSERT INTO conversation (id, starter_id, status, closed_at)
        VALUES ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', 'CLOSED', now());
      INSERT INTO survey (id, conversation_id, participant_id, rating, comment)
        VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002',
                '00000000-0000-7000-8000-000000000001', 2, 'slow');`,
    question: `SELECT (rating, comment) = (2, 'slow') AND nps IS NULL AS answer FROM survey`,
  },
];

describe('data written before a migration', () => {
  for (const { migration, rows, question } of upgrades) {
    test(`outlive ${migration} and all after it`, () =>
      onEmptyDatabase(async ({ url }) => {
        const index = names.indexOf(migration);
        await migrate(url, { upTo: names[index - 1]! });
        await execute(url, rows);
        assert.deepEqual(await migrate(url), names.slice(index));
        assert.deepEqual(await execute(url, question), [{ answer: true }]);
      }));
  }
});
