import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { execute } from './harness/execute.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';

/** What must hold whatever the code does is kept by the database itself. */

const uuid = (n: number) => `'00000000-0000-7000-8000-${String(n).padStart(12, '0')}'`;
const [customer, agent, conversation, message] = [uuid(1), uuid(2), uuid(3), uuid(4)];

/** Each is fine as it stands; the tests break one thing at a time. */
const fine = {
  participant: `INSERT INTO participant (id, external_id, name, role)
    VALUES (${customer}, 'c', 'Cy', 'CUSTOMER'), (${agent}, 'a', 'Ada', 'AGENT')`,
  conversation: `INSERT INTO conversation (id, starter_id, head_seq) VALUES (${conversation}, ${customer}, 3)`,
  member: `INSERT INTO member (conversation_id, participant_id, delivered_seq, read_seq) VALUES (${conversation}, ${customer}, 2, 1)`,
  message: `INSERT INTO message (id, conversation_id, seq, sender_id, body, fingerprint, created_at)
    VALUES (${message}, ${conversation}, 1, ${customer}, 'hello', '\\x01', now())`,
  edited: `INSERT INTO conversation_event (conversation_id, seq, kind, at, message_id)
    VALUES (${conversation}, 2, 'MESSAGE_EDITED', now(), ${message})`,
  joined: `INSERT INTO conversation_event (conversation_id, seq, kind, at, participant_id)
    VALUES (${conversation}, 3, 'PARTICIPANT_JOINED', now(), ${agent})`,
  outbox: `INSERT INTO outbox (conversation_id, seq) VALUES (${conversation}, 1)`,
  dead_letter: `INSERT INTO dead_letter (id, conversation_id, seq, created_at, attempts) VALUES (1, ${conversation}, 1, now(), 10)`,
  survey: `INSERT INTO survey (id, conversation_id, participant_id, rating) VALUES (${uuid(5)}, ${conversation}, ${customer}, 5)`,
  survey_question: `INSERT INTO survey_question (id, text, kind, position) VALUES (${uuid(7)}, 'Well?', 'SCALE', 1)`,
  survey_answer: `INSERT INTO survey_answer (survey_id, question_id, value) VALUES (${uuid(5)}, ${uuid(7)}, 4)`,
};

const refused: [what: string, statement: string, constraint: string][] = [
  ['a head below 0', 'UPDATE conversation SET head_seq = -1', 'conversation_head_seq_check'],
  ['closed without a time', `UPDATE conversation SET status = 'CLOSED'`, 'conversation_closed_check'],
  ['a closing time while not closed', 'UPDATE conversation SET closed_at = now()', 'conversation_closed_check'],
  ['open without an assignee', `UPDATE conversation SET status = 'OPEN'`, 'conversation_open_check'],
  ['D7: read above delivered', 'UPDATE member SET read_seq = 3', 'member_watermarks_check'],
  ['D7: read below 0', 'UPDATE member SET read_seq = -1', 'member_watermarks_check'],
  ['D7: delivered below 0', 'UPDATE member SET delivered_seq = -1, read_seq = -1', 'member_watermarks_check'],
  ['D3: a message at seq 0', 'UPDATE message SET seq = 0', 'message_seq_check'],
  [
    'D3: two messages at one seq',
    `INSERT INTO message SELECT ${uuid(6)}, conversation_id, seq, sender_id, body, fingerprint, 1, NULL, created_at FROM message`,
    'message_conversation_id_seq_key',
  ],
  ['D2: two messages with one id', fine.message.replace(', 1,', ', 2,'), 'message_pkey'],
  ['a message of version 0', 'UPDATE message SET version = 0', 'message_version_check'],
  ['a message without body that is not deleted', 'UPDATE message SET body = NULL', 'message_body_check'],
  [
    'a deleted message with its body',
    'UPDATE message SET deleted_at = now(), fingerprint = NULL',
    'message_body_check',
  ],
  [
    'a deleted message with its fingerprint',
    'UPDATE message SET deleted_at = now(), body = NULL',
    'message_fingerprint_check',
  ],
  ['D2: a message without fingerprint', 'UPDATE message SET fingerprint = NULL', 'message_fingerprint_check'],
  ['D3: an event at seq 0', 'UPDATE conversation_event SET seq = 0 WHERE seq = 2', 'conversation_event_seq_check'],
  [
    'an edit of no message',
    `UPDATE conversation_event SET message_id = NULL WHERE seq = 2`,
    'conversation_event_message_id_check',
  ],
  [
    'nobody who joined',
    `UPDATE conversation_event SET participant_id = NULL WHERE seq = 3`,
    'conversation_event_participant_id_check',
  ],
  ['an outbox row at seq 0', 'UPDATE outbox SET seq = 0', 'outbox_seq_check'],
  ['a dead letter at seq 0', 'UPDATE dead_letter SET seq = 0', 'dead_letter_seq_check'],
  ['a rating of 0', 'UPDATE survey SET rating = 0', 'survey_rating_check'],
  ['an NPS of 11', 'UPDATE survey SET nps = 11', 'survey_nps_check'],
  ['a value of 6', 'UPDATE survey_answer SET value = 6', 'survey_answer_value_check'],
  ['a value and a text', `UPDATE survey_answer SET text = 'x'`, 'survey_answer_one_check'],
  ['a rating of 6', 'UPDATE survey SET rating = 6', 'survey_rating_check'],
];

describe('the database refuses', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
    for (const statement of Object.values(fine)) await execute(database.url, statement);
  });
  after(() => database.drop());

  for (const [what, statement, constraint] of refused) {
    test(what, () => assert.rejects(execute(database.url, statement), { constraint }));
  }

  test('and keeps what is fine', async () => {
    await execute(database.url, `UPDATE message SET deleted_at = now(), body = NULL, fingerprint = NULL, version = 2`);
    await execute(database.url, `UPDATE conversation SET status = 'OPEN', assignee_id = ${agent}`);
    await execute(database.url, `UPDATE conversation SET status = 'CLOSED', closed_at = now()`);
  });
});
