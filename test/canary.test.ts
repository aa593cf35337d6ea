import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { openCanaryDevice } from '../server/canary/canary-device.ts';
import { canary } from '../server/canary-participants.ts';
import { loadConfig } from '../server/config.ts';
import { type Db, openDb } from '../server/db.ts';
import { rollUpKpis } from '../server/kpis/roll-up-kpis.ts';
import { countMinutesUp } from '../server/kpis/uptime-queries.ts';
import { connect, tokenFor } from './harness/actor.ts';
import { eventually } from './harness/eventually.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { startInProcess, type TestServer } from './harness/server.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

describe('the canary', () => {
  let database: TestDatabase;
  let db: Db;
  let server: TestServer;

  before(async () => {
    database = await createTestDatabase();
    db = openDb(loadConfig({}), database.url);
    server = await startInProcess(database.url);
  });

  after(async () => {
    await server.stop();
    await db.$disconnect();
    await database.drop();
  });

  /** At its end a run removes whatever the canary wrote. */
  const isOver = async () => (await db.conversation.count()) === 0;
  const measured = async () => {
    const sums = await db.kpiMinute.groupBy({ by: ['metric'], _sum: { count: true } });
    return Object.fromEntries(sums.map(({ metric, _sum }) => [metric, _sum.count]));
  };

  test('sends, receives and acknowledges in one process at a time, and leaves nothing behind that counts', async (t) => {
    const mona = await connect(t, server, { role: 'MANAGER', name: 'Mona' });
    const seen = () =>
      mona.run(`{
        conversations { edges { node { id } } }
        kpiOverview { messagesTotal openConversations waitingConversations participantsOnline uptimeRatio }
      }`);
    const nothing = {
      conversations: { edges: [] },
      kpiOverview: {
        messagesTotal: 0,
        openConversations: 0,
        waitingConversations: 0,
        participantsOnline: 1,
        uptimeRatio: null,
      },
    };
    // What a process leaves that dies in the middle of a run.
    await leaveBehind(db);
    assert.deepEqual(await seen(), nothing);

    const before = await measured();
    const two = await Promise.all([1, 2].map(() => startInProcess(database.url, { CANARY: 'on' })));
    t.after(() => Promise.all(two.map((one) => one.stop())));
    await eventually('the end of a run', isOver);
    // What was measured is written.
    await Promise.all(two.map((one) => one.stop()));
    assert.deepEqual([await db.message.count(), await db.outbox.count(), await db.member.count()], [0, 0, 0]);
    assert.deepEqual(await seen(), nothing);
    assert.equal(await db.session.count({ where: { participantId: { not: mona.id } } }), 0);

    const { canary_ok, canary_failed, operations, peak_conversations, peak_sockets, ...rest } = await measured();
    const { operations: _, peak_conversations: __, peak_sockets: ___, ...same } = before;
    assert.equal(peak_conversations ?? 0, 0);
    assert.deepEqual([canary_ok, canary_failed], [1, undefined], 'two processes, one turn');
    assert.deepEqual(rest, same, 'no send, delivery or operation of the canary is counted');
  });

  test('fails where the API cannot be reached, and says so', async () => {
    await db.turn.updateMany({ data: { nextAt: new Date() } });
    await leaveBehind(db);
    const cut = await startInProcess(database.url, {
      CANARY: 'on',
      CANARY_URL: 'http://127.0.0.1:9',
      LOG_LEVEL: 'silent',
    });
    await eventually('the end of a run', isOver);
    await cut.stop();
    assert.equal((await measured()).canary_failed, 1);
  });

  test('a device that is closed while it connects harms nobody: a process may be told to stop at any moment', async () => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    // What nobody hears ends the process, and this test with it.
    const device = openCanaryDevice({ url, isOwn: true }, 'a token');
    const running = device.run('{ __typename }', {});
    await once(silent, 'connection');
    device.close();
    await assert.rejects(running);
    await new Promise((resolve) => setImmediate(resolve));
    silent.closeAllConnections();
    silent.close();
  });

  test('cannot be played by anybody else: its traffic is left out', async (t) => {
    const token = await tokenFor({ sub: canary.customer.sub });
    await assert.rejects(connect(t, server, { token }), (close: { code: number }) => close.code === 4403);
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ viewer { id } }' }),
    });
    assert.equal(answer.status, 401);
  });

  test('uptime is the share of minutes with a success, from the first start on; no result is down', async (t) => {
    await db.kpiMinute.deleteMany();
    await db.kpiRollup.deleteMany();
    const now = Date.now();
    const first = Math.floor((now - 4 * DAY_MS) / MINUTE_MS) * MINUTE_MS;
    await db.turn.updateMany({ data: { countingSince: new Date(first + 20_000) } });
    let random = 11;
    const next = () => {
      random = (random * 48_271) % 2_147_483_647;
      return random / 2_147_483_647;
    };
    const up = new Set<number>();
    // A day with failures, then nothing at all until the last hours: for so long that a whole day of Kathmandu is in it,
    // whatever the hour is now. Some before it was first started.
    for (let minute = first - 90 * MINUTE_MS; minute < now; minute += MINUTE_MS) {
      const gone = minute > first + DAY_MS && minute < now - DAY_MS / 4;
      if (!gone && next() < 0.97) up.add(minute);
    }
    const rows = [...up].map((minute) => ({ minute: new Date(minute), processId: randomUUID(), count: 4 }));
    await db.kpiMinute.createMany({
      data: rows.flatMap((row) => [
        { ...row, metric: 'canary_ok' },
        { ...row, metric: 'canary_failed', count: 1 },
      ]),
    });
    await rollUpKpis(db, new Date(now));

    const mona = await connect(t, server, { role: 'MANAGER', name: 'Mona' });
    const { kpiSeries } = await mona.run(
      `query ($from: DateTime!, $to: DateTime!) {
        kpiSeries(metrics: [UPTIME], from: $from, to: $to, bucket: DAY, timeZone: "Asia/Kathmandu") {
          kpi { name target { value comparison } } points { start end value count } total { value }
        }
      }`,
      { from: new Date(first - DAY_MS).toISOString(), to: new Date(now).toISOString() },
    );
    const [{ points, kpi }] = kpiSeries;
    assert.deepEqual(kpi.target, { value: 0.999, comparison: 'AT_LEAST' });
    const share = (from: number, to: number) => {
      let judged = 0;
      let good = 0;
      for (let minute = Math.max(from, first + MINUTE_MS); minute < to && minute + 70_000 <= now; minute += MINUTE_MS) {
        judged++;
        if (up.has(minute)) good++;
      }
      return { value: judged === 0 ? null : good / judged, count: judged };
    };
    for (const { start, end, value, count } of points.slice(0, -1))
      assert.deepEqual({ value, count }, share(Date.parse(start), Date.parse(end)), start);
    assert.equal(points[0].value, null, 'before the first start there is no data');
    assert.ok(points.some(({ value }: { value: number | null }) => value === 0));

    const since = new Date(Math.floor(now / MINUTE_MS) * MINUTE_MS - 14 * MINUTE_MS);
    const counted = await countMinutesUp(db, since, new Date());
    assert.equal(
      counted.up,
      [...up].filter((minute) => minute >= since.getTime() && minute < since.getTime() + counted.judged * MINUTE_MS)
        .length,
    );
    assert.ok(counted.judged >= 13);

    // Switched off, no minute is judged any more, and what was judged stays.
    const off = await startInProcess(database.url);
    t.after(() => off.stop());
    await eventually('no minute', async () => (await countMinutesUp(db, since, new Date())).judged === 0);
  });
});

async function leaveBehind(db: Db): Promise<void> {
  const { id: participantId, sub, role } = canary.customer;
  await db.participant.createMany({
    data: { id: participantId, externalId: sub, name: 'Canary', role },
    skipDuplicates: true,
  });
  const conversationId = randomUUID();
  await db.conversation.create({ data: { id: conversationId, starterId: participantId, headSeq: 1 } });
  await db.conversationActivity.create({ data: { conversationId, at: new Date() } });
  await db.member.create({ data: { conversationId, participantId } });
  await db.message.create({
    data: {
      id: randomUUID(),
      conversationId,
      seq: 1,
      senderId: participantId,
      body: 'x',
      fingerprint: new Uint8Array(32),
      createdAt: new Date(),
    },
  });
}
