import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { loadConfig } from '../server/config.ts';
import { type Db, openDb } from '../server/db.ts';
import { Histogram } from '../server/kpis/histogram.ts';
import { kpis } from '../server/kpis/kpi-definitions.ts';
import { rollUpKpis } from '../server/kpis/roll-up-kpis.ts';
import { connect } from './harness/actor.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { startInProcess, type TestServer } from './harness/server.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const query = `query Series($metrics: [KpiMetric!]!, $from: DateTime!, $to: DateTime!, $bucket: KpiBucket, $timeZone: String) {
  kpiSeries(metrics: $metrics, from: $from, to: $to, bucket: $bucket, timeZone: $timeZone) {
    kpi { metric name unit } from to
    points { start end value count latency { p50Ms p95Ms p99Ms count } interval { low high } }
    total { value count latency { p50Ms p99Ms } } previous { value count latency { p50Ms } }
  }
}`;

/**
 * Changes of the clock, in March to April and September to November, of all the zones below that change it: Lord Howe by half
 * an hour only. Kathmandu is 5:45 ahead.
 */
const weeks = ['2025-09-28', '2025-10-05', '2025-10-26', '2025-11-02', '2026-03-08', '2026-03-29', '2026-04-05'].map(
  Date.parse,
);
const zones =
  'Europe/Berlin America/New_York Asia/Kolkata Pacific/Auckland UTC Asia/Kathmandu Australia/Lord_Howe'.split(' ');

/** What was measured, kept by the test one by one: the oracle recomputes every figure from it. */
type Sample = { at: number; ms: number; stored: number; failed: number; rating: number | null };
const samples: Sample[] = [];
let random = 7;
const next = () => {
  random = (random * 48_271) % 2_147_483_647;
  return random / 2_147_483_647;
};
for (const middle of weeks) {
  for (let at = middle - 3 * DAY_MS; at < middle + 4 * DAY_MS; at += (20 + Math.floor(next() * 60)) * MINUTE_MS) {
    samples.push({
      at: at + Math.floor(next() * MINUTE_MS),
      ms: 0.2 * 10 ** (next() * 4),
      stored: Math.floor(next() * 5),
      failed: next() < 0.1 ? 1 : 0,
      rating: next() < 0.2 ? 1 + Math.floor(next() * 5) : null,
    });
  }
}

describe('KPIs over time', () => {
  let database: TestDatabase;
  let db: Db;
  let server: TestServer | undefined;

  before(async () => {
    database = await createTestDatabase();
    db = openDb(loadConfig({}), database.url);
    await seed(db);
  });

  after(async () => {
    await server?.stop();
    await db.$disconnect();
    await database.drop();
  });

  const ask = async (t: Parameters<typeof connect>[0], variables: Record<string, unknown>) => {
    const mona = await connect(t, server!, { role: 'MANAGER', name: 'Mona' });
    return (await mona.run(query, variables)).kpiSeries as any[];
  };
  const metrics = ['SENT_TO_STORED', 'STORED_RATIO', 'CSAT'];

  // Before there is a server, which adds up as well.
  test('adding up again, or what came late, changes what it should and nothing else', async () => {
    const rows = () =>
      db.kpiRollup.findMany({ orderBy: [{ metric: 'asc' }, { spanMinutes: 'asc' }, { startsAt: 'asc' }] });
    const now = new Date(weeks.at(-1)! + 5 * DAY_MS);
    await db.kpiRollup.deleteMany();
    await rollUpKpis(db, now);
    const first = await rows();
    await rollUpKpis(db, now);
    assert.deepEqual(await rows(), first);

    const newest = Math.max(...samples.map(({ at }) => at));
    const minute = new Date(Math.floor((newest - HOUR_MS) / MINUTE_MS) * MINUTE_MS);
    await db.kpiMinute.create({ data: { minute, processId: randomUUID(), metric: 'sends_failed', count: 1_000 } });
    await rollUpKpis(db, now);
    const spans = [0, 15, 60, 240, 1_440];
    const more = (all: typeof first) =>
      Object.fromEntries(
        spans.map((span) => [
          span,
          all
            .filter(({ metric, spanMinutes }) => metric === 'sends_failed' && spanMinutes === span)
            .reduce((sum, { count }) => sum + Number(count), 0),
        ]),
      );
    const [before, after] = [more(first), more(await rows())];
    for (const span of spans.slice(1)) assert.equal(after[span]! - before[span]!, 1_000, `${span} minutes`);
    // In every quarter of an hour until midnight.
    assert.ok(after[0]! - before[0]! >= 1_000 && (after[0]! - before[0]!) % 1_000 === 0);
    await db.kpiMinute.updateMany({ where: { minute, count: 1_000 }, data: { count: 0 } });
    await rollUpKpis(db, now);
    assert.deepEqual(more(await rows()), before);
  });

  test('everything that was measured is added up at once', async () => {
    assert.equal(await rollUpKpis(db, new Date()), true);
    server = await startInProcess(database.url);
  });

  for (const timeZone of zones) {
    test(`agree with what was measured, by the calendar of ${timeZone}`, async (t) => {
      for (const bucket of ['HOUR', 'DAY', 'WEEK', 'MONTH'] as const) {
        // By the hour around two changes of the clock; else over all, from and to in the middle of an hour.
        const [first, last] = [weeks[0]!, weeks.at(-1)!];
        const from = bucket === 'HOUR' ? weeks.at(-2)! - 3 * DAY_MS : first - 4 * DAY_MS + 30 * MINUTE_MS;
        const to = bucket === 'HOUR' ? last + 3 * DAY_MS : last + 5 * DAY_MS + 45 * MINUTE_MS;
        const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
        const [latency, stored, csat] = await ask(t, { metrics, bucket, timeZone, ...range });

        const expected = new Map<string, Sample[]>();
        for (let at = from; at < to; at += 15 * MINUTE_MS) expected.set(keyOf(at, bucket, timeZone), []);
        for (const sample of samples.filter(({ at }) => from <= at && at < to)) {
          expected.get(keyOf(sample.at, bucket, timeZone))!.push(sample);
        }
        for (const { points } of [latency, stored, csat]) {
          const found = points.map(({ start }: any) => keyOf(Date.parse(start), bucket, timeZone));
          assert.deepEqual(found, [...expected.keys()], `${bucket}: each once, in order`);
          assert.deepEqual([points[0].start, points.at(-1).end], [range.from, range.to]);
          points.forEach(({ end }: any, i: number) => {
            assert.equal(end, points[i + 1]?.start ?? range.to);
          });
        }
        [...expected.values()].forEach((inIt, i) => {
          agrees(latency.points[i], stored.points[i], csat.points[i], inIt);
        });
        const inAll = [...expected.values()].flat();
        agrees(latency.total, stored.total, csat.total, inAll);
        const inPrevious = samples.filter(({ at }) => from - (to - from) <= at && at < from);
        agrees(latency.previous, stored.previous, csat.previous, inPrevious);
      }
    });
  }

  test('days have 23 and 25 hours where clocks are changed, and begin when clocks go back to the day before', async (t) => {
    const days = async (timeZone: string, from: string, to: string) => {
      const [series] = await ask(t, { metrics: ['MESSAGES'], bucket: 'DAY', timeZone, from, to });
      return series.points.map(({ start, end }: any) => (Date.parse(end) - Date.parse(start)) / HOUR_MS);
    };
    assert.deepEqual(await days('Europe/Berlin', '2026-03-27T23:00:00Z', '2026-03-30T22:00:00Z'), [24, 23, 24]);
    assert.deepEqual(await days('Europe/Berlin', '2025-10-24T22:00:00Z', '2025-10-27T23:00:00Z'), [24, 25, 24]);
    assert.deepEqual(await days('America/New_York', '2026-03-07T05:00:00Z', '2026-03-10T04:00:00Z'), [24, 23, 24]);
    assert.deepEqual(await days('Pacific/Auckland', '2026-04-03T11:00:00Z', '2026-04-06T12:00:00Z'), [24, 25, 24]);
    assert.deepEqual(await days('Australia/Lord_Howe', '2025-10-03T13:30:00Z', '2025-10-06T13:00:00Z'), [24, 23.5, 24]);
    assert.deepEqual(await days('Australia/Lord_Howe', '2026-04-03T13:00:00Z', '2026-04-06T13:30:00Z'), [24, 24.5, 24]);
    // At midnight, in Havana back to 0:00 (so 0:00 comes twice), in Santiago forward to 1:00 (so there is none).
    assert.deepEqual(await days('America/Havana', '2025-11-01T04:00:00Z', '2025-11-04T05:00:00Z'), [24, 25, 24]);
    assert.deepEqual(await days('America/Santiago', '2025-09-06T04:00:00Z', '2025-09-09T03:00:00Z'), [24, 23, 24]);
  });

  test('no data is null, never 0; nothing counted is 0 from the first measurement on', async (t) => {
    const from = new Date(weeks[0]! - 5 * DAY_MS).toISOString();
    const to = new Date(weeks[0]! - 2 * DAY_MS).toISOString();
    const series = await ask(t, { metrics: [...metrics, 'ERROR_RATIO', 'MESSAGES'], from, to });
    const values = series.map(({ points }) => points.map(({ value }: any) => value));
    assert.deepEqual(values[0].slice(0, 2), [null, null]);
    assert.ok(values[0][2] > 0);
    assert.deepEqual(values[3], [null, null, null]);
    assert.deepEqual(values[4], [null, null, 0]);
  });

  test('bad input is named; others than managers are refused', async (t) => {
    const good = { metrics: ['CSAT'], from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
    const cases: [Record<string, unknown>, string][] = [
      [{ to: good.from }, 'to'],
      [{ to: '2028-02-01T00:00:00Z' }, 'to'],
      [{ from: '1969-12-31T00:00:00Z', to: '1970-02-01T00:00:00Z' }, 'from'],
      [{ bucket: 'HOUR', to: '2027-01-01T00:00:00Z' }, 'bucket'],
      [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
      [{ timeZone: '+02:00' }, 'timeZone'],
      [{ timeZone: "UTC'; DROP TABLE kpi_rollup" }, 'timeZone'],
    ];
    for (const [wrong, field] of cases) {
      await assert.rejects(ask(t, { ...good, ...wrong }), (error: any) => {
        assert.deepEqual(error.errors[0].extensions, { code: 'BAD_USER_INPUT', field });
        return true;
      });
    }
    for (const role of ['CUSTOMER', 'AGENT'] as const) {
      const actor = await connect(t, server!, { role });
      await assert.rejects(actor.run(query, good), /FORBIDDEN/);
      await assert.rejects(actor.run('{ kpis { name } }'), /FORBIDDEN/);
    }
    const mona = await connect(t, server!, { role: 'MANAGER' });
    const { kpis: told } = await mona.run('{ kpis { metric definition unit target { value comparison } } }');
    assert.deepEqual(
      told,
      kpis.map(({ metric, definition, unit, target }) => ({
        metric,
        definition,
        unit,
        target: target?.value === null ? null : target,
      })),
    );
  });
});

async function seed(db: Db): Promise<void> {
  const processes = [randomUUID(), randomUUID()];
  const starter = await db.participant.create({
    data: { id: randomUUID(), externalId: 'cleo', name: 'Cleo', role: 'CUSTOMER' },
  });
  const rows = samples.flatMap(({ at, ms, stored, failed }, i) => {
    const row = { minute: new Date(Math.floor(at / MINUTE_MS) * MINUTE_MS), processId: processes[i % 2]! };
    const histogram = new Histogram();
    histogram.record(ms);
    return [
      { ...row, metric: 'sent_to_commit', count: 1, buckets: histogram.toBuckets() },
      { ...row, metric: 'sends_stored', count: stored },
      { ...row, metric: 'sends_failed', count: failed },
    ];
  });
  await db.kpiMinute.createMany({ data: rows });
  const rated = samples
    .filter(({ rating }) => rating !== null)
    .map((sample) => ({ ...sample, id: randomUUID(), closedAt: new Date(sample.at) }));
  await db.conversation.createMany({
    data: rated.map(({ id, closedAt }) => ({
      id,
      starterId: starter.id,
      status: 'CLOSED',
      createdAt: closedAt,
      closedAt,
    })),
  });
  await db.survey.createMany({
    data: rated.map(({ id, rating, closedAt }) => ({
      id: randomUUID(),
      conversationId: id,
      participantId: starter.id,
      rating: rating!,
      submittedAt: closedAt,
      changedAt: closedAt,
    })),
  });
}

/** The hour, day, week or month of a calendar that a moment belongs to, by JavaScript's knowledge of time zones. */
function keyOf(at: number, bucket: 'HOUR' | 'DAY' | 'WEEK' | 'MONTH', timeZone: string): string {
  const [, month, day, year, hour, offset] =
    /^(\d+)\/(\d+)\/(\d+), (\d+) (\S+)$/.exec(formatOf(timeZone).format(at)) ?? assert.fail('format');
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (bucket === 'WEEK') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  const text = date.toISOString();
  if (bucket === 'MONTH') return text.slice(0, 7);
  return bucket === 'HOUR' ? `${text.slice(0, 10)} ${hour} ${offset}` : text.slice(0, 10);
}

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', hourCycle: 'h23' } as const;
    format = new Intl.DateTimeFormat('en-US', { ...parts, timeZone, timeZoneName: 'longOffset' });
    formats.set(timeZone, format);
  }
  return format;
}

/** Three figures of one time against what was measured in it. */
function agrees(latency: any, stored: any, csat: any, inIt: Sample[]): void {
  assert.equal(latency.count, inIt.length);
  if (inIt.length === 0) assert.deepEqual([latency.value, latency.latency], [null, null]);
  else {
    const sorted = inIt.map(({ ms }) => ms).sort((a, b) => a - b);
    const exact = (share: number) => sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1]!;
    near(latency.value, exact(0.95));
    near(latency.latency.p50Ms, exact(0.5));
    if (latency.latency.p99Ms) near(latency.latency.p99Ms, exact(0.99));
  }
  const sum = (of: (sample: Sample) => number) => inIt.reduce((all, sample) => all + of(sample), 0);
  const attempts = sum((s) => s.stored + s.failed);
  assert.equal(stored.count, attempts);
  assert.equal(stored.value, attempts === 0 ? null : sum((s) => s.stored) / attempts);
  const answers = sum((s) => (s.rating === null ? 0 : 1));
  assert.equal(csat.count, answers);
  assert.equal(csat.value, answers === 0 ? null : sum((s) => (s.rating !== null && s.rating >= 4 ? 1 : 0)) / answers);
}

const near = (value: number, exact: number) =>
  assert.ok(Math.abs(value - exact) / exact <= 1 / 32, `${value} for ${exact}`);
