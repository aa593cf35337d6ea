import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { signToken } from '../../server/auth/sign-token.ts';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { runTool } from '../harness/run-tool.ts';
import { AUTH_SECRET, startInProcess, type TestServer } from '../harness/server.ts';

const folder = await mkdtemp(join(tmpdir(), 'parley-erasures-'));
const ERASURE_LIST = join(folder, 'erasures.jsonl');
const database = await createTestDatabase();
let server: TestServer;
after(async () => {
  await server.stop();
  await database.drop();
  await rm(folder, { recursive: true });
});
const erase = 'mutation ($input: DeleteParticipantInput!) { deleteParticipant(input: $input) { __typename } }';

/** A backup, and its restore: rows as they were, by a copy of each table that has been set aside. */
const tables = [
  'participant',
  'conversation',
  'conversation_activity',
  'member',
  'message',
  'conversation_event',
].concat(['session', 'erasure', 'survey', 'audit_log']);
const backUp = () =>
  execute(
    database.url,
    `CREATE SCHEMA backup; ${tables.map((name) => `CREATE TABLE backup.${name} AS TABLE public.${name};`).join('')}`,
  );
const restore = () =>
  execute(
    database.url,
    `SET session_replication_role = replica; ${tables
      .map((name) => `DELETE FROM public.${name}; INSERT INTO public.${name} SELECT * FROM backup.${name};`)
      .join('')}`,
  );

test('a restored backup brings nobody back who was deleted since', async (t) => {
  server = await startInProcess(database.url, { ERASURE_LIST });
  const subs = { cleo: randomUUID(), late: randomUUID() };
  const cleo = await connect(t, server, { sub: subs.cleo, name: 'Cleo' });
  const ada = await connect(t, server, { role: 'AGENT', name: 'Ada' });
  const conversationId = await cleo.start({ subject: 'Cleo’s order' });
  await ada.claim(conversationId);
  await cleo.send(conversationId, 'my name is Cleo');
  await ada.send(conversationId, 'hello');
  await backUp();

  const late = await connect(t, server, { sub: subs.late, name: 'Late' });
  const max = await connect(t, server, { role: 'MANAGER' });
  for (const { id } of [cleo, late]) await max.run(erase, { input: { participantId: id } });
  // In the file when the deletion is answered, and nothing in it that names anybody.
  const list = await readFile(ERASURE_LIST, 'utf8');
  assert.deepEqual(
    list
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).participantId),
    [cleo.id, late.id],
  );
  for (const word of ['Cleo', 'Late', subs.cleo, subs.late]) assert.ok(!list.includes(word));
  const printed = await runTool('server/cli/erasure-list.ts', [], { DATABASE_URL: database.url });
  assert.deepEqual([printed.code, printed.stdout], [0, list], printed.stderr);

  await server.stop();
  await restore();
  assert.deepEqual(await execute(database.url, `SELECT name FROM participant WHERE id = '${cleo.id}'`), [
    { name: 'Cleo' },
  ]);
  await appendFile(ERASURE_LIST, '{"participantId":"cut o'); // a process died in the middle of a line
  server = await startInProcess(database.url, { ERASURE_LIST, LOG_LEVEL: 'silent' });

  const left = () =>
    execute(
      database.url,
      `SELECT (SELECT count(*)::int FROM erasure WHERE completed_at IS NULL) AS waiting,
        (SELECT count(*)::int FROM message WHERE sender_id = '${cleo.id}' AND body IS NOT NULL) AS words,
        (SELECT count(*)::int FROM participant WHERE name IN ('Cleo', 'Late') OR external_id IN ('${subs.cleo}', '${subs.late}')) AS names`,
    );
  await eventually('what came back to be erased', async () => (await left())[0]!.waiting === 0);
  assert.deepEqual(await left(), [{ waiting: 0, words: 0, names: 0 }]);
  const again = await connect(t, server, { role: 'AGENT', name: 'Bea' });
  const { conversation } = await again.run(documents.conversation, { id: conversationId });
  assert.deepEqual(
    [conversation.subject, ...conversation.messages.edges.map(({ node }: any) => node.body)],
    [null, null, 'hello'],
  );

  // Tokens from before open nothing, also of who was not in the backup; with a newer one they are somebody new.
  for (const { token } of [cleo, late]) await assert.rejects(connect(t, server, { token }));
  const key = new TextEncoder().encode(AUTH_SECRET);
  const back = await eventually('a token of a later second to be let in', async () => {
    const token = await signToken(key, { sub: subs.cleo, role: 'CUSTOMER', name: 'Cleo', expiresInSeconds: 600 });
    return connect(t, server, { token }).catch(() => undefined);
  });
  assert.notEqual(back.id, cleo.id);

  // A second start finds nothing to do.
  await server.stop();
  server = await startInProcess(database.url, { ERASURE_LIST, LOG_LEVEL: 'silent' });
  assert.deepEqual(
    await execute(database.url, `SELECT count(*)::int AS n FROM audit_log WHERE reference = 'restored'`),
    [{ n: 2 }],
  );
});
