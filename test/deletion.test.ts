import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { auditDatabase } from '../server/audit/audit-database.ts';
import { loadConfig } from '../server/config.ts';
import { openDb } from '../server/db.ts';
import { type Actor, connect } from './harness/actor.ts';
import { eventually } from './harness/eventually.ts';
import { execute } from './harness/execute.ts';
import { openLab } from './harness/lab.ts';
import { seedMessages } from './harness/seed-messages.ts';

/**
 * A participant with many messages in many conversations is deleted without Redis, and the process that does
 * it dies in the middle. Another goes on, nothing is done twice, and who reads meanwhile sees each step once.
 */
const CONVERSATIONS = 60;
const PER_CONVERSATION = 20;
const BIG = 400;

test('a deletion survives the process that carries it out, and Redis being away', async (t) => {
  const lab = await openLab(t);
  const env = { ERASURE_LEASE_MS: '1000', ERASURE_INTERVAL_MS: '300', ERASURE_BATCH: '50' };
  const [doomed, survivor] = await Promise.all([lab.startProcess(env), lab.startProcess(env)]);
  const sub = randomUUID();
  const [cleo, phone] = [await connect(t, doomed, { sub }), await connect(t, survivor, { sub })];
  const ada = await connect(t, survivor, { role: 'AGENT', name: 'Ada' });
  const grace = await connect(t, survivor, { role: 'MANAGER', name: 'Grace' });
  const big = await cleo.start();
  const { url } = lab.database;
  await execute(
    url,
    `INSERT INTO conversation (id, starter_id) SELECT gen_random_uuid(), '${cleo.id}' FROM generate_series(2, ${CONVERSATIONS});
     INSERT INTO conversation_activity SELECT id, now() FROM conversation WHERE id <> '${big}';
     INSERT INTO member (conversation_id, participant_id) SELECT id, '${cleo.id}' FROM conversation WHERE id <> '${big}'`,
  );
  const all = (await execute<{ id: string }>(url, 'SELECT id FROM conversation ORDER BY id')).map(({ id }) => id);
  const seed = { senderId: cleo.id, perConversation: PER_CONVERSATION, body: 'something personal' };
  await seedMessages(lab.database, seed, all);
  await seedMessages(lab.database, { ...seed, perConversation: BIG }, [big]);
  const watched = [all[0]!, big, all.at(-1)!];
  const live = watched.map((id) => ada.follow(id));
  await Promise.all(live.map((frames) => frames.caughtUp()));

  await lab.redis.stop();
  await cleo.post('mutation ($id: ID!) { deleteParticipant(input: { participantId: $id }) { erasure { messages } } }', {
    id: cleo.id,
  });
  const since = performance.now();
  assert.deepEqual([await cleo.closed, await phone.closed], [4403, 4403]);
  assert.ok(performance.now() - since < 5_000);
  await eventually('it is in the middle', async () => (await progressOf(grace, cleo.id)).messages > 200);
  await doomed.kill();
  const middle = await progressOf(grace, cleo.id);
  assert.equal(middle.completedAt, null);

  const { messages, conversations } = await eventually(
    'the survivor to end it',
    async () => {
      const progress = await progressOf(grace, cleo.id);
      return progress.completedAt && progress;
    },
    60_000,
  );
  assert.deepEqual([messages, conversations], [CONVERSATIONS * PER_CONVERSATION + BIG, all.length]);
  for (const [i, frames] of live.entries()) {
    const id = watched[i]!;
    const [{ head }] = (await execute<{ head: number }>(
      url,
      `SELECT head_seq AS head FROM conversation WHERE id = '${id}'`,
    )) as [{ head: number }];
    await frames.seq(head);
    const erased = PER_CONVERSATION + (id === big ? BIG : 0);
    // Left, closed, each message, done.
    assert.equal(frames.events.length, erased + 3);
    assert.equal(frames.events.at(-1).__typename, 'ParticipantDeleted');
  }
  const db = openDb(loadConfig({}), url);
  try {
    const findings = (await auditDatabase({ db, plain: db })).filter((verdict) => verdict.findings > 0);
    assert.deepEqual(
      findings.map(({ name, examples }) => [name, examples]),
      [],
    );
  } finally {
    await db.$disconnect();
  }
});

const progressOf = async (manager: Actor, id: string) =>
  (await manager.run('query ($id: ID!) { erasure(participantId: $id) { completedAt conversations messages } }', { id }))
    .erasure;
