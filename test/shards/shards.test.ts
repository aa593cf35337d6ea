import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { countUnread, readAccess } from '../../server/conversations/conversation-queries.ts';
import * as delivery from '../../server/delivery/delivery-queries.ts';
import { PrismaClient } from '../../server/generated/prisma/client.ts';
import { writeMoments } from '../../server/journeys/journey-queries.ts';
import { sendMessages } from '../../server/messages/message-queries.ts';
import { changeConversation } from '../../server/outbox/append-event.ts';
import * as outbox from '../../server/outbox/outbox-queries.ts';
import { createSealing } from '../../server/sealing/sealing.ts';
import { takeKeys } from '../../server/sealing/sealing-queries.ts';
import { execute } from '../harness/execute.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { distributed, type PlanNode, type Scan, scansOf } from './plan-scans.ts';

/**
 * Citus sends a statement to one shard when PostgreSQL's planner finds, for every distributed table in it, an equality with
 * the same value of the column that it is distributed by. That much is asked here of PostgreSQL itself, of the plans of what
 * the server's own functions run, statements inside of functions included. What Citus makes of it nobody has tried.
 */
test('docs/scale.md says which shards each statement on the path of a message would need', async (t) => {
  const database = await createTestDatabase();
  t.after(() => database.drop());
  const [customer, agent, first, second] = [1, 2, 3, 4].map(() => randomUUID()) as [string, string, string, string];
  const conversations = [first, second];
  await execute(database.url, seed([customer, agent], conversations));

  const seen = new Map<string, Scan[]>();
  const plans: { text: string; plan: PlanNode }[] = [];
  const pool = new pg.Pool({ connectionString: database.url, max: 1, options: settings });
  pool.on('connect', (connection) =>
    connection.on('notice', ({ message = '' }) => {
      const json = message.slice(message.indexOf('{'));
      if (!message.startsWith('duration:')) return;
      const { 'Query Text': text, Plan: plan } = JSON.parse(json);
      plans.push({ text, plan });
      // What a function runs inside comes before the statement that has called it.
      const name = /^\s*\/\* (\w+)/.exec(text)?.[1];
      if (!name) return;
      const scans = plans
        .splice(0)
        .flatMap((each) => (isForeignKey(each.text) ? [] : scansOf(each.plan, conversations)));
      seen.set(name, [...(seen.get(name) ?? []), ...scans]);
    }),
  );
  const db = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }) });
  t.after(() => db.$disconnect());

  const send = (conversationId: string) => ({
    id: randomUUID(),
    conversationId,
    senderId: customer,
    body: 'Hello',
    sentAt: null,
    traceparent: null,
    keyId: null,
    fingerprint: new Uint8Array(32),
  });
  const sealing = createSealing({ db, ring: undefined, onError: assert.ifError });
  for (const lockWaitMs of [null, 0, 50]) {
    const answers = await sendMessages(db, conversations.map(send), lockWaitMs);
    assert.ok(answers.every(({ outcome }) => outcome === 'stored'));
    const rows = conversations.map((conversationId) => ({
      conversationId,
      participantId: agent,
      deliveredSeq: 1,
      readSeq: 1,
    }));
    await delivery.acknowledgeMessages(db, rows, lockWaitMs);
  }
  const relay = { handOver() {} };
  await changeConversation({ db, relay }, first, (_, append) =>
    append({ kind: 'CONVERSATION_CHANGED', actorId: agent, change: 'CLOSED' }),
  );
  await readAccess(db, agent, first);
  assert.equal((await delivery.readLog({ db, sealing }, first, 0, 4)).length, 4);
  await delivery.readFollowState(db, first);
  await delivery.sweepHeads(db, conversations);
  await delivery.readInbox(db, agent);
  await delivery.readInboxOf(db, agent, conversations);
  await delivery.readActive(db, [agent], 10_000);
  await countUnread(db, agent, conversations);
  const key = {
    id: randomUUID(),
    conversationId: first,
    participantId: agent,
    ringKey: 'a',
    wrapped: new Uint8Array(9),
  };
  await takeKeys(db, [key, { ...key, id: randomUUID(), conversationId: second }]);
  await writeMoments(db, randomUUID(), [{ conversationId: first, firstSeq: 1, lastSeq: 1, moments: {} }]);
  // Whichever finds it: rows are young for a second.
  const claimed = await outbox.claimRows(db, 10, 1_000);
  const [row] = [...claimed, ...(await outbox.claimYoungRows(db, conversations, 10, 1_000))];
  const failure = { id: row!.id, backoffMs: 1, error: 'Redis is away' };
  await outbox.recordFailures(db, [failure]);
  await outbox.releaseRows(db, [row!.id], 0);
  await outbox.buryRows(db, [failure]);
  await outbox.deleteRows(db, [row!.id]);

  const found = [...seen].map(([name, scans]) => `| \`${name}\` | ${shardsOf(name, scans)} |`);
  const docs = await readFile(new URL('../../docs/scale.md', import.meta.url), 'utf8');
  const told = docs.match(/^\| `\w+` \| (?:one|named|all) \|/gm) ?? [];
  assert.deepEqual(told.sort(), found.sort());

  const keys = await execute<{ key: string }>(database.url, keysWithoutIt);
  const keysTold = /Keys without it: ([^.]*)\./.exec(docs)?.[1]?.replaceAll('`', '').split(/,\s/);
  assert.deepEqual(
    keysTold,
    keys.map(({ key }) => key),
  );
});

/** auto_explain tells the plans of this connection to its client; joins are made where they are seen, at the scans. */
const settings = [
  'session_preload_libraries=auto_explain',
  'auto_explain.log_min_duration=0',
  'auto_explain.log_nested_statements=on',
  'auto_explain.log_verbose=on',
  'auto_explain.log_format=json',
  'client_min_messages=log',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** Foreign keys between distributed tables contain the conversation; those to participants lead to a copy on every node. */
const isForeignKey = (text: string) => text.startsWith('SELECT 1 FROM ONLY ');

function shardsOf(name: string, scans: readonly Scan[]): string {
  const others = new Set(scans.flatMap(({ table, reach }) => (reach === 'all' ? table : [])));
  // The one exception on the path of a message: whether its id is new.
  if (name === 'send_messages') assert.deepEqual([...others].sort(), ['conversation', 'message']);
  else if (others.size > 0) return 'all';
  // An INSERT of the rows that it is given scans nothing.
  return scans.some(({ reach }) => reach === 'one') ? 'one' : 'named';
}

/** Keys that PostgreSQL could not keep on each shard by itself: unique ones, and references, without the conversation. */
const keysWithoutIt = `
  SELECT t.relname || ' (' || string_agg(a.attname, ', ' ORDER BY k.n) || ')' AS key
  FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid LEFT JOIN pg_class f ON f.oid = c.confrelid
    CROSS JOIN unnest(c.conkey) WITH ORDINALITY AS k(column_number, n)
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.column_number
    JOIN json_each_text('${JSON.stringify(distributed)}') AS d(name, key) ON d.name = t.relname
  WHERE c.contype IN ('p', 'u') OR c.contype = 'f' AND f.relname <> 'participant'
  GROUP BY c.oid, t.relname, d.key HAVING NOT bool_or(a.attname = d.key)
  UNION
  SELECT t.relname || ' (' || string_agg(a.attname, ', ' ORDER BY a.attnum) || ')'
  FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
    JOIN json_each_text('${JSON.stringify(distributed)}') AS d(name, key) ON d.name = t.relname
  WHERE i.indisunique GROUP BY i.indexrelid, t.relname, d.key HAVING NOT bool_or(a.attname = d.key)
  ORDER BY 1`;

const seed = (participants: readonly string[], conversations: readonly string[]) => `
  INSERT INTO participant (id, external_id, name, role)
    SELECT p::uuid, p, 'Somebody', 'AGENT' FROM unnest('{${participants}}'::text[]) AS p;
  INSERT INTO conversation (id, starter_id) SELECT c, '${participants[0]}' FROM unnest('{${conversations}}'::uuid[]) AS c;
  INSERT INTO conversation_activity (conversation_id, at) SELECT id, now() FROM conversation;
  INSERT INTO member (conversation_id, participant_id)
    SELECT c.id, p::uuid FROM conversation c, unnest('{${participants}}'::text[]) AS p;`;
