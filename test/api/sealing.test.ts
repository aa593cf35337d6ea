import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, type TestContext, test } from 'node:test';
import { ConfigError } from '../../server/config.ts';
import { openKeyRing } from '../../server/sealing/key-ring.ts';
import { type Actor, connect, type OperationError } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { createTestDatabase, type TestDatabase } from '../harness/postgres.ts';
import { runTool } from '../harness/run-tool.ts';
import { startInProcess, type TestServer } from '../harness/server.ts';

/* Encryption at rest: an installation that switches it on, lives with it, changes its key, and forgets somebody. */

const [FIRST, SECOND] = ['first', 'second'].map((name) => `${name}:${randomBytes(32).toString('base64')}`);
let database: TestDatabase;
let server: TestServer;
const sql = (statement: string) => execute(database.url, statement) as Promise<any[]>;
async function restart(env: Record<string, string>): Promise<void> {
  await server?.stop();
  server = await startInProcess(database.url, env);
}
before(async () => {
  database = await createTestDatabase();
  await restart({});
});
after(async () => {
  await server?.stop();
  await database.drop();
});

const subs = { cleo: randomUUID(), ada: randomUUID() };
const people = async (t: TestContext) => ({
  cleo: await connect(t, server, { sub: subs.cleo, name: 'Cleo' }),
  ada: await connect(t, server, { sub: subs.ada, role: 'AGENT', name: 'Ada' }),
});
const write = (actor: Actor, conversationId: string, id: string, body: string) =>
  actor.run(documents.send, { input: { id, conversationId, body } }).then(({ sendMessage }) => sendMessage);
const bodies = async (actor: Actor, id: string): Promise<(string | null)[]> =>
  (await actor.run(documents.conversation, { id })).conversation.messages.edges.map(({ node }: any) => node.body);
const edit = (actor: Actor, conversationId: string, messageId: string, body: string, version: number) =>
  actor.run(documents.edit, { input: { conversationId, messageId, body, version } });
const code = (running: Promise<unknown>) =>
  running.then(
    () => 'allowed',
    (error: unknown) => (error as OperationError).code,
  );

/** Whether a word stands in any row of what people write. */
async function isStored(word: string): Promise<boolean> {
  const [{ found }] = await sql(`SELECT EXISTS (
    SELECT 1 FROM message WHERE position('${word}' in message::text) > 0
    UNION ALL SELECT 1 FROM survey_answer WHERE position('${word}' in survey_answer::text) > 0
    UNION ALL SELECT 1 FROM survey WHERE position('${word}' in survey::text) > 0) AS found`);
  return found;
}

let conversationId: string;
const ids = { plain: randomUUID(), sealed: randomUUID(), reply: randomUUID(), edited: randomUUID() };

test('before it is switched on, words are plain', async (t) => {
  const { cleo, ada } = await people(t);
  conversationId = await cleo.start();
  await ada.claim(conversationId);
  await write(cleo, conversationId, ids.plain, 'written plainly');
  assert.ok(await isStored('written plainly'));
});

describe('switched on', () => {
  before(() => restart({ ENCRYPTION_KEYS: FIRST! }));

  test('what is written is in no row, and is read by every path; what was plain is read as before', async (t) => {
    const { cleo, ada } = await people(t);
    const live = ada.follow(conversationId);
    await live.caughtUp();
    await write(cleo, conversationId, ids.sealed, 'a secret 🦊');
    await write(ada, conversationId, ids.reply, 'another secret');
    assert.equal((await live.seq(4)).message.body, 'a secret 🦊');
    assert.equal(await isStored('secret'), false);

    const all = ['written plainly', 'a secret 🦊', 'another secret'];
    assert.deepEqual(await bodies(cleo, conversationId), all);
    const { node } = await ada.run('query ($id: ID!) { node(id: $id) { ... on Message { body } } }', {
      id: ids.sealed,
    });
    assert.equal(node.body, 'a secret 🦊');
    const journey = 'query ($id: ID!) { messageJourney(messageId: $id) { message { body } } }';
    assert.equal((await ada.run(journey, { id: ids.sealed })).messageJourney.message.body, 'a secret 🦊');
    const [log, inbox] = [cleo.follow(conversationId, 0), cleo.followInbox([])];
    await Promise.all([log.caughtUp(), inbox.caughtUp()]);
    for (const { events } of [log, inbox])
      assert.deepEqual(
        events.flatMap(({ message }) => message?.body ?? []),
        all,
      );
    const conflict = await edit(cleo, conversationId, ids.sealed, 'x', 7).catch((error: OperationError) => error);
    assert.equal((conflict as OperationError).code, 'BAD_USER_INPUT');
    await edit(cleo, conversationId, ids.sealed, 'an edited secret', 1);
    const late = (await edit(cleo, conversationId, ids.sealed, 'x', 1).catch((error) => error)) as OperationError;
    assert.deepEqual(
      [
        late.code,
        late.errors[0]!.extensions!.message.body,
        Object.keys(late.errors[0]!.extensions!.message).includes('keyId'),
      ],
      ['CONFLICT', 'an edited secret', false],
    );
    const response = await fetch(`${server.url}/export`, { headers: { authorization: `Bearer ${cleo.token}` } });
    const [exported] = ((await response.json()) as any).conversations;
    assert.deepEqual(
      exported.messages.map(({ body, keyId }: any) => [body, keyId]),
      [
        ['written plainly', undefined],
        ['an edited secret', undefined],
        ['another secret', undefined],
      ],
    );
  });

  test('retries are known (D2), whichever way they were stored first', async (t) => {
    const { cleo } = await people(t);
    for (const [id, body] of [
      [ids.plain, 'written plainly'],
      [ids.sealed, 'a secret 🦊'],
    ] as const) {
      assert.equal((await write(cleo, conversationId, id, body)).duplicate, true);
      assert.equal(await code(write(cleo, conversationId, id, 'another body')), 'CONFLICT');
    }
    await write(cleo, conversationId, ids.edited, 'first words');
    await edit(cleo, conversationId, ids.plain, 'sealed by its edit', 1);
    assert.equal(await isStored('written plainly'), false);
    assert.equal((await write(cleo, conversationId, ids.plain, 'written plainly')).message.body, 'sealed by its edit');
  });

  test('a comment on a survey is sealed too, and an answer in words', async (t) => {
    const { cleo, ada } = await people(t);
    const mona = await connect(t, server, { role: 'MANAGER' });
    const { setSurveyForm } = await mona.run(documents.setForm, {
      input: { asksNps: false, questions: [{ text: 'What else?', kind: 'TEXT' }] },
    });
    const answers = [{ questionId: setSurveyForm.form.questions[0].id, text: 'kept a secret' }];
    const id = await cleo.start();
    await ada.claim(id);
    await ada.run(documents.close, { input: { conversationId: id } });
    const { submitSurvey } = await cleo.run(documents.rate, {
      input: { conversationId: id, rating: 5, comment: 'sworn in', answers },
    });
    assert.equal(submitSurvey.survey.comment, 'sworn in');
    assert.equal((await ada.run(documents.conversation, { id })).conversation.survey.comment, 'sworn in');
    assert.equal(await isStored('sworn in'), false);
    const query = 'query ($id: ID!) { conversation(id: $id) { survey { answers { text } } } }';
    assert.deepEqual((await ada.run(query, { id })).conversation.survey.answers, [{ text: 'kept a secret' }]);
    assert.equal(await isStored('kept a secret'), false);
  });

  test('who is known costs no statement; who is not in a conversation makes no key and learns nothing', async (t) => {
    const { cleo, ada } = await people(t);
    const zoe = await connect(t, server, { name: 'Zoe' });
    const [{ keys }] = await sql('SELECT count(*)::int AS keys FROM sealing_key');
    assert.equal(await code(write(zoe, conversationId, randomUUID(), 'x')), 'NOT_FOUND');
    assert.equal(await code(write(zoe, conversationId, ids.sealed, 'x')), 'CONFLICT');
    const bea = await connect(t, server, { role: 'AGENT', name: 'Bea' });
    assert.equal(await code(write(bea, conversationId, randomUUID(), 'x')), 'FORBIDDEN');
    assert.deepEqual(await sql('SELECT count(*)::int AS keys FROM sealing_key'), [{ keys }]);

    // With the table out of reach, whatever asked it would fail.
    await sql('ALTER TABLE sealing_key RENAME TO locked_away');
    try {
      await write(cleo, conversationId, randomUUID(), 'from memory');
      assert.equal((await bodies(ada, conversationId)).at(-1), 'from memory');
    } finally {
      await sql('ALTER TABLE locked_away RENAME TO sealing_key');
    }
  });

  test('a text that was moved to another row opens nowhere, and holds nothing up', async (t) => {
    const { cleo } = await people(t);
    const id = await cleo.start();
    const [one, two] = [randomUUID(), randomUUID()];
    await write(cleo, id, one, 'I agree');
    await write(cleo, id, two, 'I do not');
    await sql(`UPDATE message SET body = (SELECT body FROM message WHERE id = '${one}') WHERE id = '${two}'`);
    assert.deepEqual(await bodies(cleo, id), ['I agree', null]);
  });

  test('what a visitor wrote follows them when they are known', async (t) => {
    const { cleo } = await people(t);
    const start = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"mutation { startVisit { visit { token visitToken } } }"}',
    });
    const { visit } = ((await start.json()) as any).data.startVisit;
    const visitor = await connect(t, server, { token: visit.token });
    const id = await visitor.start();
    const message = randomUUID();
    await write(visitor, id, message, 'as a visitor');
    const claim = 'mutation ($input: ClaimVisitInput!) { claimVisit(input: $input) { conversations } }';
    await cleo.run(claim, { input: { visitToken: visit.visitToken } });
    assert.equal((await write(cleo, id, message, 'as a visitor')).duplicate, true);
    assert.deepEqual(await bodies(cleo, id), ['as a visitor']);
  });
});

describe('a change of the key', () => {
  test('is three steps, none of which stops anybody from reading', async (t) => {
    await restart({ ENCRYPTION_KEYS: `${SECOND},${FIRST}` });
    const { cleo } = await people(t);
    const was = await bodies(cleo, conversationId);
    const env = { DATABASE_URL: database.url, ENCRYPTION_KEYS: `${SECOND},${FIRST}` };
    const { code: exit, stdout } = await runTool('server/cli/rotate-keys.ts', [], env);
    assert.deepEqual(
      [exit, /^\d+ keys were sealed anew with "second"\. .*leave out: first\.\n$/.test(stdout)],
      [0, true],
      stdout,
    );
    await restart({ ENCRYPTION_KEYS: SECOND! });
    const again = await people(t);
    assert.deepEqual(await bodies(again.cleo, conversationId), was);
    assert.equal((await write(again.cleo, conversationId, ids.edited, 'first words')).duplicate, true);
  });

  test('a key that is missing is named before anything starts', async () => {
    await assert.rejects(startInProcess(database.url, {}), (error: Error) => {
      assert.ok(error instanceof ConfigError);
      return /lacks the key "second".*rotate-keys/.test(error.message);
    });
    for (const wrong of ['short:YWJj', 'no name', `${FIRST},${FIRST}`])
      assert.throws(() => openKeyRing(wrong), ConfigError);
  });
});

test('who is deleted is gone from a copy of the rows too: without their key nobody reads it', async (t) => {
  const { cleo } = await people(t);
  await sql('CREATE TABLE backup AS SELECT * FROM message');
  const max = await connect(t, server, { role: 'MANAGER' });
  const erase = 'mutation ($input: DeleteParticipantInput!) { deleteParticipant(input: $input) { __typename } }';
  await max.run(erase, { input: { participantId: cleo.id } });
  await eventually('the keys to be erased', async () => {
    const [{ done }] = await sql(
      `SELECT completed_at IS NOT NULL AS done FROM erasure WHERE participant_id = '${cleo.id}'`,
    );
    return done;
  });
  assert.deepEqual(await sql(`SELECT id FROM sealing_key WHERE participant_id = '${cleo.id}'`), []);

  await sql(`UPDATE message m SET body = b.body, key_id = b.key_id, fingerprint = b.fingerprint, deleted_at = NULL
    FROM backup b WHERE b.id = m.id AND m.conversation_id = '${conversationId}'`);
  await restart({ ENCRYPTION_KEYS: SECOND! });
  const ada = await connect(t, server, { sub: subs.ada, role: 'AGENT', name: 'Ada' });
  assert.deepEqual([...new Set(await bodies(ada, conversationId))], [null, 'another secret']);
});
