import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { canary } from '../server/canary-participants.ts';
import { loadConfig } from '../server/config.ts';
import { type Db, openDb } from '../server/db.ts';
import { type Buckets, Histogram } from '../server/kpis/histogram.ts';
import { createKpiRecorder } from '../server/kpis/kpi-recorder.ts';
import { readSlowestMessages } from '../server/kpis/slow-message-queries.ts';
import { createSlowMessages, type SlowMessages } from '../server/kpis/slow-messages.ts';
import { createLog } from '../server/telemetry/log.ts';
import { execute } from './harness/execute.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Recent, because what is older than a month is deleted. */
const start = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 120 * MINUTE_MS;
const hour = Math.floor(start / HOUR_MS) * HOUR_MS;
const log = createLog({ LOG_LEVEL: 'silent' });

describe('KPI recorder', () => {
  let database: TestDatabase;
  let db: Db;

  before(async () => {
    database = await createTestDatabase();
    db = openDb(loadConfig({}), database.url);
  });

  after(async () => {
    await db.$disconnect();
    await database.drop();
  });

  /** A process with a clock of its own. */
  function startProcess(time = start) {
    const processId = randomUUID();
    const clock = { time };
    const recorder = createKpiRecorder({ db, processId, clock: () => clock.time, log });
    const rows = async () => {
      const found = await db.kpiMinute.findMany({
        where: { processId },
        orderBy: [{ minute: 'asc' }, { metric: 'asc' }],
      });
      return found.map(({ minute, metric, count, buckets }) => ({ minute: minute.getTime(), metric, count, buckets }));
    };
    return { recorder, clock, rows };
  }

  test('stores what each minute measured', async () => {
    const { recorder, clock, rows } = startProcess();
    for (const ms of [1, 2, 3]) recorder.latency('accepted_to_commit', ms);
    recorder.count('operations', 5);
    recorder.count('operations');
    clock.time += MINUTE_MS;
    recorder.latency('accepted_to_commit', 40);
    await recorder.stop();

    const [first, operations, second, ...more] = await rows();
    assert.deepEqual(operations, { minute: start, metric: 'operations', count: 6, buckets: null });
    assert.deepEqual([first!.minute, first!.count], [start, 3]);
    assert.equal(new Histogram().add(first!.buckets as Buckets).count, 3);
    assert.deepEqual([second!.minute, second!.count], [start + MINUTE_MS, 1]);
    assert.deepEqual(more, []);
  });

  test('writing a minute again replaces it, so nothing counts twice', async () => {
    const { recorder, rows } = startProcess();
    recorder.count('sends_stored', 2);
    await recorder.stop();
    recorder.count('sends_stored', 3);
    await recorder.stop();
    await recorder.stop();
    assert.deepEqual(
      (await rows()).map(({ count }) => count),
      [5],
    );
  });

  test('processes have rows of their own, which add up', async () => {
    const one = startProcess(start + 5 * MINUTE_MS);
    const other = startProcess(start + 5 * MINUTE_MS);
    one.recorder.count('sends_failed', 2);
    other.recorder.count('sends_failed', 3);
    await Promise.all([one.recorder.stop(), other.recorder.stop()]);
    const { _sum } = await db.kpiMinute.aggregate({ where: { metric: 'sends_failed' }, _sum: { count: true } });
    assert.equal(_sum.count, 5);
  });

  test('minutes that cannot be written are kept and written later, an hour of them at the most', async () => {
    const { recorder, clock, rows } = startProcess();
    await execute(database.url, 'ALTER TABLE kpi_minute RENAME TO kpi_away');
    for (let minute = 0; minute < 70; minute++) {
      recorder.count('operations', minute);
      if (minute % 20 === 0) await recorder.stop();
      clock.time += MINUTE_MS;
    }
    await execute(database.url, 'ALTER TABLE kpi_away RENAME TO kpi_minute');
    await recorder.stop();
    assert.deepEqual(
      (await rows()).map(({ minute, count }) => [(minute - start) / MINUTE_MS, count]),
      Array.from({ length: 60 }, (_, i) => [i + 10, i + 10]),
    );
  });

  test('a clock that is set back does not overwrite a minute with less', async () => {
    const { recorder, clock, rows } = startProcess();
    recorder.count('operations', 10);
    clock.time += MINUTE_MS;
    recorder.count('operations', 1);
    await recorder.stop();
    clock.time -= MINUTE_MS;
    recorder.count('operations', 2);
    await recorder.stop();
    assert.deepEqual(
      (await rows()).map(({ count }) => count),
      [10, 3],
    );
  });

  test('the ten slowest of each hour are kept, and told without notes, the canary’s and what was deleted', async () => {
    const [customer, agent] = [await person('CUSTOMER'), await person('AGENT')];
    await db.participant.create({
      data: { id: canary.customer.id, externalId: canary.customer.sub, name: 'Canary', role: 'CUSTOMER' },
    });
    const conversation = await conversationOf({ starterId: customer });
    const notes = await conversationOf({ starterId: agent, notesOfId: conversation, status: 'OPEN' });
    const canarys = await conversationOf({ starterId: canary.customer.id });
    const post = async (conversationId: string, more: { seq?: number; createdAt?: Date; deletedAt?: Date } = {}) => {
      const id = randomUUID();
      const data = {
        id,
        conversationId,
        seq: 1,
        senderId: agent,
        ...(more.deletedAt ? {} : { body: 'Hello', fingerprint: Buffer.alloc(32) }),
        createdAt: new Date(hour + 1),
        ...more,
      };
      await db.message.create({ data });
      return id;
    };
    const posted: string[] = [];
    for (let seq = 1; seq <= 12; seq++) posted.push(await post(conversation, { seq }));
    const deleted = await post(conversation, { seq: 13, deletedAt: new Date() });
    const next = await post(conversation, { seq: 14, createdAt: new Date(hour + HOUR_MS) });
    const left = [deleted, await post(notes), await post(canarys)];

    const clock = { time: hour };
    const processes = [0, 1].map(() =>
      createSlowMessages({ db, processId: randomUUID(), clock: () => clock.time, log }),
    );
    const [one, other] = processes as [SlowMessages, SlowMessages];
    for (const id of left) other.note(id, { sentToStoredMs: 9_000, acceptedToStoredMs: 1 });
    for (const [i, id] of posted.entries()) one.note(id, { sentToStoredMs: 10 * (i + 1), acceptedToStoredMs: i });
    await one.stop();
    clock.time += HOUR_MS;
    one.note(next, { sentToStoredMs: null, acceptedToStoredMs: 5_000 });
    await Promise.all(processes.map((process) => process.stop()));

    assert.equal(await db.slowMessage.count(), 10 + 3 + 1);
    const found = async (to: number) => readSlowestMessages(db, { from: new Date(hour), to: new Date(to) });
    const [slowest, second] = await found(hour + 2 * HOUR_MS);
    assert.deepEqual(slowest, {
      messageId: next,
      conversationId: conversation,
      createdAt: new Date(hour + HOUR_MS),
      sentToStoredMs: null,
      acceptedToStoredMs: 5_000,
    });
    assert.deepEqual([second!.messageId, second!.sentToStoredMs], [posted[11], 120]);
    assert.deepEqual(
      (await found(hour + HOUR_MS)).map(({ messageId }) => messageId),
      posted.slice(2).toReversed(),
    );
  });

  async function person(role: 'CUSTOMER' | 'AGENT'): Promise<string> {
    const id = randomUUID();
    await db.participant.create({ data: { id, externalId: id, name: role, role } });
    return id;
  }

  async function conversationOf(data: { starterId: string; notesOfId?: string; status?: 'OPEN' }): Promise<string> {
    const id = randomUUID();
    await db.conversation.create({ data: { id, ...data } });
    return id;
  }
});
