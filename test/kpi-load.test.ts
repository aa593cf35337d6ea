import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { auditSlice } from '../server/audit/audit-continuously.ts';
import { loadConfig } from '../server/config.ts';
import { type Db, openDb } from '../server/db.ts';
import { judgeDeliveries, noteOpenConversations } from '../server/kpis/load-queries.ts';
import { rollUpKpis } from '../server/kpis/roll-up-kpis.ts';
import { takeTurn } from '../server/turn-queries.ts';
import { type Actor, connect } from './harness/actor.ts';
import { eventually } from './harness/eventually.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { startInProcess, type TestServer } from './harness/server.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const seriesOf = `query Series($metrics: [KpiMetric!]!, $from: DateTime!, $to: DateTime!, $timeZone: String) {
  kpiSeries(metrics: $metrics, from: $from, to: $to, bucket: DAY, timeZone: $timeZone) {
    kpi { target { value comparison } } points { start end value } total { value }
  }
}`;
const setTarget = `mutation Set($input: SetKpiTargetInput!) {
  setKpiTarget(input: $input) { kpi { metric isOwnTarget target { value comparison } } }
}`;

describe('load, deliveries, consistency and targets', () => {
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
    // The server's own looks at the load would be among ours.
    await takeTurn(db, 'load', HOUR_MS);
  });

  after(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
    await server.stop();
    await db.$disconnect();
    await database.drop();
  });

  const countOf = async (metric: string) =>
    (await db.kpiMinute.aggregate({ where: { metric }, _sum: { count: true } }))._sum.count ?? 0;

  test('delivered are messages that an online recipient has acknowledged, of those that had one', async () => {
    const cleo = await connect(later, server);
    const ada = await connect(later, server, { role: 'AGENT', name: 'Ada' });
    const ben = await connect(later, server, { role: 'AGENT', name: 'Ben' });
    const [withAda, withBen, alone] = [await cleo.start(), await cleo.start(), await cleo.start()];
    await ada.claim(withAda);
    await ben.claim(withBen);
    await ben.close();
    const isOnline = (id: string) => db.presence.count({ where: { participantId: id } });
    await eventually('Ben offline', async () => (await isOnline(ben.id)) === 0);
    assert.equal(await isOnline(ada.id), 1);

    const first = await cleo.send(withAda, 'delivered');
    await ada.acknowledge(withAda, { deliveredSeq: first.seq });
    await cleo.send(withAda, 'not delivered');
    await cleo.send(withBen, 'to nobody who is online');
    await cleo.send(alone, 'to nobody');
    const minutes = await db.message.findMany({ select: { createdAt: true } });
    for (const minute of new Set(
      minutes.map(({ createdAt }) => Math.floor(createdAt.getTime() / MINUTE_MS) * MINUTE_MS),
    )) {
      await judgeDeliveries(db, new Date(minute));
      await judgeDeliveries(db, new Date(minute));
    }
    assert.deepEqual([await countOf('deliveries_due'), await countOf('deliveries_done')], [2, 1]);
    const { kpiOverview } = await mona.run('{ kpiOverview { deliveredRatio } }');
    assert.equal(kpiOverview.deliveredRatio, 0.5);
  });

  test('peaks are the highest minute of all processes together, by the day of a time zone', async () => {
    await noteOpenConversations(db);
    await noteOpenConversations(db);
    const open = await db.conversation.count({ where: { status: { not: 'CLOSED' } } });
    assert.ok(open >= 3);
    const noted = await db.kpiMinute.findMany({ where: { metric: 'peak_conversations' } });
    assert.ok(noted.every(({ count }) => count === open));

    await db.kpiMinute.deleteMany();
    await db.kpiRollup.deleteMany();
    const from = Date.parse('2026-03-27T23:00:00Z'); // Midnight in Berlin; two nights later clocks go forward.
    const to = Date.parse('2026-03-30T22:00:00Z');
    const rows = [];
    const together = new Map<number, number>();
    for (let i = 0; i < 400; i++) {
      const minute = from + ((i * 7_919) % ((to - from) / MINUTE_MS)) * MINUTE_MS;
      for (const n of [i % 37, (i * 31) % 53]) {
        rows.push({ minute: new Date(minute), processId: randomUUID(), metric: 'peak_sockets', count: n });
        together.set(minute, (together.get(minute) ?? 0) + n);
      }
    }
    await db.kpiMinute.createMany({ data: rows });
    await eventually('all added up', () => rollUpKpis(db, new Date(to)));
    const range = { from: new Date(from - 24 * HOUR_MS), to: new Date(to), timeZone: 'Europe/Berlin' };
    const { kpiSeries } = await mona.run(seriesOf, { metrics: ['PEAK_SOCKETS'], ...range });
    const [{ points, total, kpi }] = kpiSeries;
    const highest = (start: number, end: number) =>
      Math.max(...[...together].filter(([minute]) => minute >= start && minute < end).map(([, n]) => n));
    assert.equal(points[0].value, null, 'nothing measured is no 0');
    assert.deepEqual(
      points.slice(1).map(({ value }: { value: number }) => value),
      points.slice(1).map((point: any) => highest(Date.parse(point.start), Date.parse(point.end))),
    );
    assert.equal(total.value, highest(from, to));
    assert.equal(kpi.target, null, 'there is no forecast yet');
  });

  test('managers set targets and forecasts; what is out of range is refused', async () => {
    const set = async (metric: string, value: number | null) =>
      (await mona.run(setTarget, { input: { metric, value } })).setKpiTarget.kpi;
    const forecast = { metric: 'PEAK_SOCKETS', isOwnTarget: true, target: { value: 500, comparison: 'AT_LEAST' } };
    assert.deepEqual(await set('PEAK_SOCKETS', 500), forecast);
    const { kpis } = await mona.run('{ kpis { metric isOwnTarget target { value comparison } } }');
    assert.deepEqual(
      kpis.find(({ metric }: { metric: string }) => metric === 'PEAK_SOCKETS'),
      forecast,
    );
    assert.equal((await set('PEAK_SOCKETS', null)).target, null);
    assert.equal((await set('CSAT', 0.8)).target.value, 0.8);
    assert.deepEqual((await set('CSAT', null)).target, { value: 0.9, comparison: 'ABOVE' });
    const refused: [string, number, string][] = [
      ['CSAT', 1.1, 'value'],
      ['SENT_TO_STORED', 0, 'value'],
      ['PEAK_SOCKETS', 1.5, 'value'],
      ['MESSAGES', 5, 'metric'],
    ];
    for (const [metric, value, field] of refused)
      await assert.rejects(set(metric, value), (error: any) => error.errors[0].extensions.field === field);
  });

  test('the continuous audit goes through all conversations, and counts those that do not pass', async () => {
    const all = await db.conversation.count();
    assert.equal(await takeTurn(db, 'audit', 0), true);
    assert.deepEqual(await auditSlice(db), { passed: all, failed: 0, examples: [] });
    assert.deepEqual(await auditSlice(db), { passed: 0, failed: 0, examples: [] }, 'the end; then from the beginning');

    const [first, second] = await db.conversation.findMany({ take: 2, orderBy: { id: 'asc' } });
    // Two findings in one conversation are one conversation.
    await db.member.updateMany({ where: { conversationId: first!.id }, data: { deliveredSeq: 99, readSeq: 98 } });
    await db.deadLetter.create({
      data: { id: 1n, conversationId: second!.id, seq: 1, createdAt: new Date(), attempts: 10 },
    });
    const { passed, failed, examples } = await auditSlice(db);
    assert.deepEqual({ passed, failed }, { passed: all - 2, failed: 2 });
    assert.ok(examples.some((example) => example.includes(first!.id)));
    assert.ok(examples.some((example) => example.includes(second!.id)));
  });
});
