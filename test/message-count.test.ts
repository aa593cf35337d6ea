import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { loadConfig } from '../server/config.ts';
import { type Db, openDb } from '../server/db.ts';
import { keepKpis } from '../server/kpis/keep-kpis.ts';
import { countMessages } from '../server/kpis/message-count.ts';
import { execute } from './harness/execute.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

describe('message count', () => {
  let database: TestDatabase;
  let db: Db;
  let conversationId: string;
  let seq = 0;

  before(async () => {
    database = await createTestDatabase();
    db = openDb(loadConfig({}), database.url);
    const starterId = randomUUID();
    await db.participant.create({ data: { id: starterId, externalId: 'c', name: 'C', role: 'CUSTOMER' } });
    ({ id: conversationId } = await db.conversation.create({ data: { id: randomUUID(), starterId } }));
  });

  after(async () => {
    await db.$disconnect();
    await database.drop();
  });

  /** Messages as they would stand there had they been sent so long ago. */
  async function post(...agesMs: number[]) {
    const { starterId } = await db.conversation.findUniqueOrThrow({ where: { id: conversationId } });
    await db.message.createMany({
      data: agesMs.map((age) => ({
        id: randomUUID(),
        conversationId,
        seq: ++seq,
        senderId: starterId,
        body: 'x',
        fingerprint: new Uint8Array(32),
        createdAt: new Date(Date.now() - age),
      })),
    });
  }

  /** Told by the table itself. */
  async function check(windowMinutes: number) {
    const { total, byMinute, since, at } = await countMessages(db, windowMinutes);
    assert.equal(total, await db.message.count());
    assert.equal(byMinute.length, windowMinutes);
    assert.equal(byMinute[0]!.minute.getTime(), since.getTime());
    assert.equal(byMinute.at(-1)!.minute.getTime(), Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);
    for (const { minute, count } of byMinute) {
      const createdAt = { gte: minute, lt: new Date(minute.getTime() + MINUTE_MS) };
      assert.equal(count, await db.message.count({ where: { createdAt } }), minute.toISOString());
    }
  }

  const marks = () => db.kpiMinute.findMany({ where: { metric: 'messages_before' }, orderBy: { minute: 'asc' } });

  test('is zero at first', async () => {
    await check(15);
    assert.deepEqual(await marks(), []);
  });

  test('counts what stands in the table, with marks and without, whoever writes them', async () => {
    await post(3 * DAY_MS, 3 * DAY_MS, 2 * MINUTE_MS, 2 * MINUTE_MS, 9 * MINUTE_MS, 40 * MINUTE_MS);
    await Promise.all([check(15), check(60), check(1)]);
    const written = await marks();
    assert.equal(written.length, 4, 'one mark for each settled minute with messages');
    await check(15);
    await check(60);
    assert.deepEqual(await marks(), written);
  });

  test('counts what was posted since the newest mark', async () => {
    await post(0, 0, 0);
    await check(15);
    await check(3);
  });

  test('old measurements are deleted; the newest mark, on which the total stands, stays', async () => {
    const processId = randomUUID();
    const row = (daysAgo: number) => ({
      minute: new Date(Date.now() - daysAgo * DAY_MS),
      processId,
      metric: 'operations',
      count: 1,
    });
    await db.kpiMinute.createMany({ data: [row(31), row(29)] });
    await execute(
      database.url,
      `UPDATE kpi_minute SET minute = minute - interval '40 days' WHERE metric = 'messages_before'`,
    );
    await execute(
      database.url,
      `UPDATE message SET created_at = created_at - interval '40 days' WHERE created_at < (SELECT max(minute) + interval '40 days' FROM kpi_minute WHERE metric = 'messages_before')`,
    );
    await keepKpis({ db, config: loadConfig({}) });
    assert.equal((await db.kpiMinute.findMany({ where: { processId } })).length, 1);
    assert.equal((await marks()).filter(({ minute }) => minute.getTime() < Date.now() - 30 * DAY_MS).length, 1);
    await check(15);
  });
});
