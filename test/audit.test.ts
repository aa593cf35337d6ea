import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { auditDatabase, type Verdict } from '../server/audit/audit-database.ts';
import { openPlainDb } from '../server/audit/open-plain-db.ts';
import { loadConfig } from '../server/config.ts';
import { type Db, openDb, type Tx } from '../server/db.ts';
import { execute } from './harness/execute.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { runTool } from './harness/run-tool.ts';

/** A readable UUID: a participant (a), a conversation (c), a message (e: of the first conversation, f: of the second). */
const id = (kind: 'a' | 'c' | 'e' | 'f', number: number) =>
  `${kind.repeat(8)}-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** Claims with findings. */
const broken = (verdicts: readonly Verdict[]) =>
  verdicts.filter(({ findings }) => findings > 0).map(({ name }) => name);

/**
 * A closed and rated conversation with an edit and a deletion, an open one with two rows in the outbox (one just written,
 * one in back-off), and a waiting one without any event.
 */
const seed = `
  INSERT INTO participant (id, external_id, name, role) VALUES
    ('${id('a', 1)}', 'customer', 'Cleo', 'CUSTOMER'), ('${id('a', 2)}', 'agent', 'Ada', 'AGENT'), ('${id('a', 3)}', 'other', 'Otto', 'CUSTOMER');
  INSERT INTO conversation (id, status, head_seq, starter_id, assignee_id, closed_at) VALUES
    ('${id('c', 1)}', 'CLOSED', 9, '${id('a', 1)}', '${id('a', 2)}', '2026-01-01T12:00:09Z'),
    ('${id('c', 2)}', 'OPEN', 6, '${id('a', 1)}', '${id('a', 2)}', NULL),
    ('${id('c', 3)}', 'WAITING', 0, '${id('a', 1)}', NULL, NULL);
  INSERT INTO conversation_activity (conversation_id, at) SELECT id, '2026-01-01T12:00:09Z' FROM conversation;
  INSERT INTO member (conversation_id, participant_id, delivered_seq, read_seq) VALUES
    ('${id('c', 1)}', '${id('a', 1)}', 9, 9), ('${id('c', 1)}', '${id('a', 2)}', 7, 7),
    ('${id('c', 2)}', '${id('a', 1)}', 4, 3), ('${id('c', 2)}', '${id('a', 2)}', 4, 0), ('${id('c', 3)}', '${id('a', 1)}', 0, 0);
  INSERT INTO message (id, conversation_id, seq, sender_id, body, fingerprint, version, created_at, edited_at, deleted_at)
  SELECT id::uuid, conversation_id::uuid, seq, sender_id::uuid, body, sha256(body::bytea), version,
    '2026-01-01T12:00:00Z'::timestamptz + seq * interval '1 second', CASE WHEN version > 1 THEN now() END, CASE WHEN body IS NULL THEN now() END
  FROM (VALUES
    ('${id('e', 1)}', '${id('c', 1)}', 3, '${id('a', 1)}', 'one', 1), ('${id('e', 2)}', '${id('c', 1)}', 4, '${id('a', 2)}', 'two', 2),
    ('${id('e', 3)}', '${id('c', 1)}', 5, '${id('a', 1)}', 'three', 1), ('${id('e', 4)}', '${id('c', 1)}', 7, '${id('a', 1)}', NULL, 2),
    ('${id('f', 1)}', '${id('c', 2)}', 3, '${id('a', 1)}', 'one', 1), ('${id('f', 2)}', '${id('c', 2)}', 4, '${id('a', 2)}', 'two', 1),
    ('${id('f', 3)}', '${id('c', 2)}', 5, '${id('a', 1)}', 'three', 1), ('${id('f', 4)}', '${id('c', 2)}', 6, '${id('a', 2)}', 'four', 1)
  ) AS m (id, conversation_id, seq, sender_id, body, version);
  INSERT INTO conversation_event (conversation_id, seq, kind, at, actor_id, participant_id, message_id)
  SELECT conversation_id::uuid, seq, kind::"EventKind", '2026-01-01T12:00:00Z'::timestamptz + seq * interval '1 second',
    '${id('a', 2)}', CASE kind WHEN 'PARTICIPANT_JOINED' THEN '${id('a', 2)}'::uuid END, message_id::uuid
  FROM (VALUES
    ('${id('c', 1)}', 1, 'PARTICIPANT_JOINED', NULL), ('${id('c', 1)}', 2, 'CONVERSATION_CHANGED', NULL),
    ('${id('c', 1)}', 6, 'MESSAGE_EDITED', '${id('e', 2)}'), ('${id('c', 1)}', 8, 'MESSAGE_DELETED', '${id('e', 4)}'),
    ('${id('c', 1)}', 9, 'CONVERSATION_CHANGED', NULL),
    ('${id('c', 2)}', 1, 'PARTICIPANT_JOINED', NULL), ('${id('c', 2)}', 2, 'CONVERSATION_CHANGED', NULL)
  ) AS e (conversation_id, seq, kind, message_id);
  INSERT INTO outbox (conversation_id, seq, created_at, attempts, available_at) VALUES
    ('${id('c', 2)}', 6, now(), 0, now() + interval '1 second'),
    ('${id('c', 2)}', 5, now() - interval '10 minutes', 3, now() + interval '10 minutes');
  INSERT INTO survey (id, conversation_id, participant_id, rating, submitted_at, changed_at) VALUES
    ('${id('a', 9)}', '${id('c', 1)}', '${id('a', 1)}', 5, '2026-01-01T12:10:00Z', '2026-01-01T12:11:00Z')`;

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

  finds(
    'D3: a seq that is missing',
    'no hole',
    `DELETE FROM message WHERE id = '${id('e', 3)}'`,
    /lacks 1 of 9 seqs, first 5/,
  );
  finds(
    'D3: a head beyond the log',
    'no hole',
    `UPDATE conversation SET head_seq = 8 WHERE id = '${id('c', 2)}'`,
    /lacks 2 of 8 seqs, first 7/,
  );
  finds(
    'D3: an empty log',
    'no hole',
    `
    INSERT INTO conversation (id, starter_id, head_seq) VALUES ('${id('c', 9)}', '${id('a', 1)}', 2);
    INSERT INTO member (conversation_id, participant_id) VALUES ('${id('c', 9)}', '${id('a', 1)}');
    INSERT INTO conversation_activity VALUES ('${id('c', 9)}', now())`,
    /lacks 2 of 2 seqs, first 1/,
  );
  finds(
    'D3: a seq that stands twice',
    'no double',
    `
    INSERT INTO conversation_event (conversation_id, seq, kind, at)
    SELECT conversation_id, seq, 'CONVERSATION_CHANGED', created_at FROM message WHERE id = '${id('e', 2)}'`,
    /has seq 4 twice/,
  );
  finds(
    'D3: a seq above the head',
    'within head',
    `
    UPDATE member SET delivered_seq = 5, read_seq = 5 WHERE conversation_id = '${id('c', 2)}';
    UPDATE conversation SET head_seq = 5 WHERE id = '${id('c', 2)}'`,
    /has seq 6, its head is 5/,
  );
  finds(
    'D3: a seq below 1',
    'within head',
    `
    ALTER TABLE conversation_event DROP CONSTRAINT conversation_event_seq_check;
    INSERT INTO conversation_event (conversation_id, seq, kind, at)
    VALUES ('${id('c', 1)}', 0, 'CONVERSATION_CHANGED', '2026-01-01T00:00:00Z')`,
    /has seq 0/,
  );
  finds(
    'D3: a clock that was set back',
    'times rise',
    `
    UPDATE message SET created_at = created_at - interval '1 hour' WHERE id = '${id('e', 2)}'`,
    /seq 4 is earlier/,
  );
  finds(
    'D2: a tombstone with a fingerprint',
    'tombstones',
    `
    ALTER TABLE message DROP CONSTRAINT message_fingerprint_check;
    UPDATE message SET fingerprint = sha256('x') WHERE deleted_at IS NOT NULL`,
    /is deleted and not erased/,
  );
  finds(
    'D2: a tombstone with a body',
    'tombstones',
    `
    ALTER TABLE message DROP CONSTRAINT message_body_check;
    UPDATE message SET body = 'still here' WHERE deleted_at IS NOT NULL`,
  );
  finds(
    'D2: a message without its fingerprint',
    'messages',
    `
    ALTER TABLE message DROP CONSTRAINT message_fingerprint_check;
    UPDATE message SET fingerprint = NULL WHERE id = '${id('e', 2)}'`,
    /lacks its body or fingerprint/,
  );
  finds(
    'D2: an id that stands twice',
    'message ids',
    `
    ALTER TABLE message DROP CONSTRAINT message_pkey;
    UPDATE conversation SET head_seq = 7 WHERE id = '${id('c', 2)}';
    INSERT INTO message (id, conversation_id, seq, sender_id, body, fingerprint, created_at)
    SELECT '${id('e', 1)}', '${id('c', 2)}', 7, sender_id, body, fingerprint, now() FROM message WHERE id = '${id('f', 1)}';
    UPDATE conversation_activity SET at = now()`,
    /no valid unique index.*stands more than once/,
  );
  finds(
    'D5: an outbox row of no event',
    'outbox events',
    `
    INSERT INTO outbox (conversation_id, seq) VALUES ('${id('c', 1)}', 77)`,
    /has no seq 77/,
  );
  finds(
    'D5: an outbox row of no conversation',
    'outbox events',
    `
    INSERT INTO outbox (conversation_id, seq) VALUES ('${id('c', 77)}', 1)`,
  );
  finds(
    'D5: an outbox row that nobody takes',
    'outbox moves',
    `
    UPDATE outbox SET created_at = now() - interval '61 seconds' WHERE attempts = 0`,
    /has waited since .*Z, 0 attempts/,
  );
  finds(
    'D5: an outbox row whose back-off is over',
    'outbox moves',
    `
    UPDATE outbox SET available_at = now() - interval '1 second' WHERE attempts > 0`,
  );
  finds(
    'D5: a dead letter of no event',
    'dead letter events',
    `
    INSERT INTO dead_letter (id, conversation_id, seq, created_at, attempts) VALUES (1000, '${id('c', 1)}', 77, now(), 10)`,
    /dead letter 1000/,
    ['dead letters'],
  );
  finds(
    'D5: a dead letter that is still in the outbox',
    'dead letter events',
    `
    INSERT INTO dead_letter (id, conversation_id, seq, created_at, attempts) SELECT id, conversation_id, seq, created_at, 10 FROM outbox LIMIT 1`,
    /still in the outbox/,
    ['dead letters'],
  );
  finds(
    'D5: a dead letter, to be looked at',
    'dead letters',
    `
    INSERT INTO dead_letter (id, conversation_id, seq, created_at, attempts, last_error)
    VALUES (1000, '${id('c', 1)}', 1, now(), 10, 'Redis is away')`,
    /10 attempts: Redis is away/,
  );
  finds(
    'D7: delivered above the head',
    'watermarks',
    `UPDATE member SET delivered_seq = 10 WHERE delivered_seq = 9`,
    /delivered 10, head 9/,
  );
  finds(
    'D7: read above delivered',
    'watermarks',
    `
    ALTER TABLE member DROP CONSTRAINT member_watermarks_check;
    UPDATE member SET read_seq = 9 WHERE delivered_seq < 9 AND conversation_id = '${id('c', 1)}'`,
  );
  finds(
    'D7: a watermark below nought',
    'watermarks',
    `
    ALTER TABLE member DROP CONSTRAINT member_watermarks_check;
    UPDATE member SET read_seq = -1 WHERE conversation_id = '${id('c', 2)}'`,
  );
  finds(
    'D10: an edit of a message that is not there',
    'changes',
    `
    UPDATE conversation_event SET message_id = '${id('e', 77)}' WHERE kind = 'MESSAGE_EDITED'`,
    /is of message/,
    ['versions'],
  );
  finds(
    'D10: an edit that its message does not know of',
    'versions',
    `UPDATE message SET version = 1 WHERE version = 2`,
    /has version 1 after 1 changes/,
  );
  finds(
    'D10: a deletion that its message does not know of',
    'versions',
    `
    UPDATE message SET deleted_at = NULL, body = 'back', fingerprint = sha256('back') WHERE deleted_at IS NOT NULL`,
  );
  finds(
    'a closed conversation without a closing time',
    'statuses',
    `
    ALTER TABLE conversation DROP CONSTRAINT conversation_closed_check;
    UPDATE conversation SET closed_at = NULL WHERE status = 'CLOSED'`,
    /is CLOSED/,
  );
  finds(
    'an open conversation that nobody is responsible for',
    'statuses',
    `
    ALTER TABLE conversation DROP CONSTRAINT conversation_open_check;
    UPDATE conversation SET assignee_id = NULL WHERE status = 'OPEN'`,
  );
  finds(
    'a waiting conversation with an assignee',
    'statuses',
    `UPDATE conversation SET status = 'WAITING' WHERE status = 'OPEN'`,
  );
  finds(
    'an assignee who has left',
    'people',
    `
    UPDATE member SET left_at = now() WHERE participant_id = '${id('a', 2)}' AND conversation_id = '${id('c', 2)}'`,
    /its assignee is no member/,
  );
  finds(
    'a starter who was never in it',
    'people',
    `UPDATE conversation SET starter_id = '${id('a', 3)}' WHERE status = 'OPEN'`,
    /its starter is no member/,
  );
  finds(
    'an activity that was not kept up',
    'activity',
    `
    UPDATE conversation_activity SET at = '2026-01-01T00:00:00Z' WHERE conversation_id = '${id('c', 2)}'`,
  );
  finds(
    'a conversation without activity',
    'activity',
    `DELETE FROM conversation_activity WHERE conversation_id = '${id('c', 2)}'`,
  );
  finds(
    'a rating of 6',
    'surveys',
    `
    ALTER TABLE survey DROP CONSTRAINT survey_rating_check; UPDATE survey SET rating = 6`,
    /its rating is 6/,
  );
  finds('a survey of a stranger', 'surveys', `UPDATE survey SET participant_id = '${id('a', 3)}'`, /not by a member/);
  finds(
    'a survey that was changed after its hour',
    'surveys',
    `UPDATE survey SET changed_at = submitted_at + interval '2 hours'`,
    /changed too late/,
  );
  finds(
    'a survey of a conversation that was never closed',
    'surveys',
    `
    UPDATE survey SET conversation_id = '${id('c', 3)}', participant_id = '${id('a', 1)}'`,
    /never closed/,
  );
  finds('D1: a table that a crash empties', 'logged tables', `ALTER TABLE survey SET UNLOGGED`, /survey is unlogged/);
  finds(
    'D1: commits that do not wait for the disk',
    'settings',
    `SET LOCAL synchronous_commit = off`,
    /synchronous_commit is off/,
  );

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

  describe('npm run audit', () => {
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
      assert.deepEqual(broken(verdicts), ['dead letters', 'watermarks']);
    });

    test('says in one line what is wrong with how it was called', async () => {
      const { code, stdout, stderr } = await run('--jsom');
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /^Unknown option '--jsom'[^\n]*\n$/);
    });
  });

  function finds(what: string, check: string, corrupt: string, example = /./, also: string[] = []): void {
    test(`finds ${what}`, async () => {
      const verdicts = await corrupted(corrupt);
      assert.deepEqual(broken(verdicts).sort(), [check, ...also].sort());
      assert.match(verdicts.find(({ name }) => name === check)!.examples.join('; '), example);
    });
  }

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
