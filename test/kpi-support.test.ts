import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { loadConfig } from '../server/config.ts';
import { type Db, inTx, openDb } from '../server/db.ts';
import { bucketOf } from '../server/kpis/histogram.ts';
import { rollUpKpis } from '../server/kpis/roll-up-kpis.ts';
import { rollUpSpan } from '../server/kpis/roll-up-queries.ts';
import { type Actor, connect } from './harness/actor.ts';
import * as documents from './harness/documents.ts';
import { eventually } from './harness/eventually.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { startInProcess, type TestServer } from './harness/server.ts';

const HOUR_MS = 3_600_000;
const traffic = `query Traffic($from: DateTime!, $to: DateTime!, $timeZone: String) {
  trafficByHour(from: $from, to: $to, timeZone: $timeZone) { weekday hour messagesPerHour }
}`;

describe('figures of a support desk', () => {
  let database: TestDatabase;
  let db: Db;
  let server: TestServer;
  let mona: Actor;
  const cleanUps: (() => unknown)[] = [];
  const later = { after: (cleanUp: unknown) => void cleanUps.push(cleanUp as () => unknown) };

  before(async () => {
    database = await createTestDatabase();
    db = openDb(loadConfig({}), database.url);
    server = await startInProcess(database.url);
    mona = await connect(later, server, { role: 'MANAGER', name: 'Mona' });
  });

  after(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
    await server.stop();
    await db.$disconnect();
    await database.drop();
  });

  const close = (actor: Actor, conversationId: string) => actor.run(documents.close, { input: { conversationId } });

  test('waiting, first response, resolution, messages, reopened, abandoned, and who has how much to do', async () => {
    const cleo = await connect(later, server);
    const ada = await connect(later, server, { role: 'AGENT', name: 'Ada' });
    const helped = await cleo.start();
    await ada.claim(helped);
    await ada.claim(helped);
    await cleo.send(helped, 'Hello?');
    await ada.send(helped, 'Hello!');
    await ada.send(helped, 'How can I help?');
    await close(ada, helped);
    await close(ada, helped);
    await ada.run(documents.reopen, { input: { conversationId: helped } });
    await ada.send(helped, 'One more thing');
    await close(ada, helped);
    const abandoned = await cleo.start();
    await cleo.send(abandoned, 'Is anybody there?');
    await close(cleo, abandoned);
    const byAgent = await ada.start();
    await ada.send(byAgent, 'We have called you');
    const open = await cleo.start();
    await ada.claim(open);
    await cleo.send(open, 'Please');

    const counted = async (metric: string) =>
      (await db.kpiMinute.aggregate({ where: { metric }, _sum: { count: true } }))._sum.count ?? 0;
    await eventually('all measured', async () => (await counted('conversations_closed')) === 3);
    assert.deepEqual(
      await Promise.all(['waited', 'responded', 'resolved', 'closed_messages'].map(counted)),
      [2, 1, 3, 8],
    );
    await eventually('added up', () => rollUpKpis(db, new Date()));

    const { kpiSeries } = await mona.run(
      `query ($from: DateTime!, $to: DateTime!) {
        kpiSeries(
          metrics: [
            FIRST_RESPONSE_TIME, MESSAGES_PER_CONVERSATION, REOPENED_RATIO, ABANDONED_RATIO, CONVERSATIONS_STARTED
            CONVERSATIONS_CLOSED, WAITING_TIME
          ]
          from: $from, to: $to
        ) { total { value count latency { p50Ms p90Ms } } previous { value } }
      }`,
      { from: new Date(Date.now() - 2 * HOUR_MS).toISOString(), to: new Date().toISOString() },
    );
    const values = kpiSeries.map(({ total }: any) => total.value);
    assert.deepEqual(values.slice(1, 6), [8 / 3, 1 / 3, 1 / 3, 4, 3]);
    const { createdAt } = await db.conversation.findUniqueOrThrow({ where: { id: helped } });
    const answer = await db.message.findFirstOrThrow({
      where: { conversationId: helped, senderId: ada.id },
      orderBy: { seq: 'asc' },
    });
    assert.equal(bucketOf(values[0]), bucketOf(answer.createdAt.getTime() - createdAt.getTime()));
    assert.deepEqual([kpiSeries[6].total.count, kpiSeries[6].total.latency.p90Ms], [2, values[6]]);
    assert.ok(
      kpiSeries.every(({ previous }: any) => previous.value === null),
      'no data is not 0',
    );

    const { agentLoads } = await mona.run('{ agentLoads { agent { id } open unanswered } }');
    assert.deepEqual(agentLoads, [{ agent: { id: ada.id }, open: 2, unanswered: 1 }]);
  });

  // An hour in Berlin, half an hour on Lord Howe.
  for (const timeZone of ['Europe/Berlin', 'Australia/Lord_Howe'])
    test(`traffic by hour and weekday, across a change of the clock, agrees with what was posted: ${timeZone}`, async () => {
      await db.kpiRollup.deleteMany();
      const from = Date.parse('2026-03-23T23:00:00Z');
      const to = Date.parse('2026-04-06T09:30:00Z');
      const clock = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' });
      const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
      const expected = new Map<string, { messages: number; quarters: number }>();
      const rows = [];
      for (let at = from, i = 0; at < to; at += HOUR_MS / 4, i++) {
        const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
        const key = `${days.indexOf(parts.weekday!) + 1} ${Number(parts.hour)}`;
        const cell = expected.get(key) ?? { messages: 0, quarters: 0 };
        expected.set(key, cell);
        cell.quarters++;
        // In most quarters of an hour nothing is written, and then there is no row.
        if (i > 0 && (i * 7_919) % 3 > 0) continue;
        const count = (i * 31) % 17;
        cell.messages += count;
        rows.push({ metric: 'messages', spanMinutes: 15, startsAt: new Date(at), count: BigInt(count) });
      }
      await db.kpiRollup.createMany({ data: rows });
      await inTx(db, (tx) => rollUpSpan(tx, 15, 60, { from: new Date(from), to: new Date(to) }));
      const range = { from: new Date(from - 30 * 24 * HOUR_MS), to: new Date(to), timeZone };
      const { trafficByHour } = await mona.run(traffic, range);
      assert.equal(trafficByHour.length, 168);
      for (const { weekday, hour, messagesPerHour } of trafficByHour) {
        const cell = expected.get(`${weekday} ${hour}`);
        assert.equal(messagesPerHour, cell ? cell.messages / (cell.quarters / 4) : null, `${weekday} ${hour}`);
      }
      const earlier = { ...range, to: new Date(from - 24 * HOUR_MS) };
      const { trafficByHour: nothing } = await mona.run(traffic, earlier);
      assert.ok(nothing.every(({ messagesPerHour }: any) => messagesPerHour === null));
      await assert.rejects(
        mona.run(traffic, { ...range, timeZone: 'Mars/Olympus' }),
        (error: any) => error.errors[0].extensions.field === 'timeZone',
      );
    });
});
