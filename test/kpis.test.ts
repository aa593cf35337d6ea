import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { bucketOf } from '../server/kpis/histogram.ts';
import { type Actor, connect, OperationError } from './harness/actor.ts';
import * as documents from './harness/documents.ts';
import { execute } from './harness/execute.ts';
import type { Frames } from './harness/frames.ts';
import { inEveryForm, startTopology } from './harness/topology.ts';

const fields = `
  at since messagesTotal messagesInWindow messagesByMinute { minute count }
  sentToCommit { p50Ms p95Ms p99Ms count } acceptedToCommit { p50Ms p95Ms p99Ms count } commitToDelivered { count }
  latencyByMinute { minute p50Ms p95Ms } openConversations waitingConversations closedConversations participantsOnline
  outboxDepth outboxOldestAgeMs deadLetters storedRatio errorRatio
  csat { ratio answers ninetyFivePercentLow ninetyFivePercentHigh }`;
const query = `query Kpis($windowMinutes: Int) { kpiOverview(windowMinutes: $windowMinutes) { ${fields} } }`;
const subscription = `subscription LiveKpis($windowMinutes: Int) { kpiOverview(windowMinutes: $windowMinutes) { ${fields} } }`;

const manager = (t: TestContext, server: Parameters<typeof connect>[1]) =>
  connect(t, server, { role: 'MANAGER', name: 'Mona' });
const overview = (actor: Actor, windowMinutes?: number) =>
  actor.run(query, { windowMinutes }).then(({ kpiOverview }) => kpiOverview);
const until = (frames: Frames, fits: (overview: any) => boolean, what: string) =>
  frames.until((frame) => fits(frame.kpiOverview), what).then((frame) => frame.kpiOverview);

async function refused(operation: Promise<unknown>): Promise<OperationError> {
  const error = await operation.then(
    () => assert.fail('it was not refused'),
    (reason) => reason,
  );
  assert.ok(error instanceof OperationError, String(error));
  return error;
}

inEveryForm('KPIs agree with what the tables say', async (t, form) => {
  const { first, last, database } = await startTopology(t, form);
  const cleo = await connect(t, first);
  const ada = await connect(t, last, { role: 'AGENT', name: 'Ada' });
  const mona = await manager(t, last);
  const conversations = [];
  for (const rating of [5, 4, 2]) {
    const id = await cleo.start();
    await ada.claim(id);
    const frames = ada.follow(id);
    await frames.caughtUp();
    const messages = await Promise.all([1, 2, 3, 4].map((n) => cleo.send(id, `message ${n}`)));
    await cleo.send(id, 'message 1', messages[0]!.id); // a repeated send is no message
    await frames.seq(Math.max(...messages.map(({ seq }) => seq)));
    await ada.run(documents.close, { input: { conversationId: id } });
    await cleo.run(documents.rate, { input: { conversationId: id, rating } });
    conversations.push(id);
  }
  await cleo.start();
  const open = await cleo.start();
  await ada.claim(open);
  const { id: deleted } = await ada.send(open, 'soon gone');
  await ada.run(documents.remove, { input: { conversationId: open, messageId: deleted } });
  assert.equal((await refused(cleo.send(conversations[0]!, 'too late'))).code, 'CONVERSATION_CLOSED');

  // Processes store what they measured every five seconds.
  const live = mona.subscribe(subscription, { windowMinutes: 60 });
  const stored = (kpis: any) =>
    kpis.acceptedToCommit?.count === 13 && kpis.sentToCommit?.count === 13 && kpis.commitToDelivered?.count >= 12;
  await until(live, stored, 'the measurements');
  const kpis = await overview(mona, 60);

  const [messages] = await execute(database.url, 'SELECT count(*)::int AS n FROM message');
  assert.equal(messages!.n, 13);
  assert.equal(kpis.messagesTotal, messages!.n);
  assert.equal(kpis.messagesInWindow, messages!.n);

  const minutes = kpis.messagesByMinute.map(({ minute }: any) => Date.parse(minute));
  assert.equal(minutes.length, 60);
  assert.equal(minutes[0], Date.parse(kpis.since));
  assert.ok(minutes.every((minute: number, i: number) => minute === minutes[0] + i * 60_000));
  assert.ok(minutes.at(-1) <= Date.parse(kpis.at) && Date.parse(kpis.at) < minutes.at(-1) + 60_000);
  const byMinute = await execute(
    database.url,
    `SELECT extract(epoch FROM date_trunc('minute', created_at))::float8 * 1000 AS minute, count(*)::int AS count FROM message GROUP BY 1 ORDER BY 1`,
  );
  const counted = kpis.messagesByMinute.filter(({ count }: any) => count > 0);
  assert.deepEqual(
    counted.map(({ minute, count }: any) => ({ minute: Date.parse(minute), count })),
    byMinute,
  );

  const statuses = await execute(database.url, 'SELECT status::text, count(*)::int AS n FROM conversation GROUP BY 1');
  const inStatus = Object.fromEntries(statuses.map(({ status, n }) => [status, n]));
  assert.deepEqual(
    [kpis.waitingConversations, kpis.openConversations, kpis.closedConversations],
    [inStatus.WAITING, inStatus.OPEN, inStatus.CLOSED],
  );
  assert.deepEqual([kpis.outboxDepth, kpis.outboxOldestAgeMs, kpis.deadLetters], [0, null, 0]);
  assert.equal(kpis.participantsOnline, 3);
  assert.deepEqual([kpis.storedRatio, kpis.errorRatio], [1, 0], 'refused and repeated sends are no failures');

  assert.equal(kpis.csat.ratio, 2 / 3);
  assert.equal(kpis.csat.answers, 3);
  // Wilson's interval for 2 of 3, from the formula's usual calculators.
  assert.equal(kpis.csat.ninetyFivePercentLow.toFixed(3), '0.208');
  assert.equal(kpis.csat.ninetyFivePercentHigh.toFixed(3), '0.939');

  // Each percentile lies in the bucket in which PostgreSQL itself, counting one by one, finds it.
  for (const [metric, percentiles] of [
    ['accepted_to_commit', kpis.acceptedToCommit],
    ['sent_to_commit', kpis.sentToCommit],
  ]) {
    const [exact] = await execute(
      database.url,
      `SELECT percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY bucket::int) AS buckets, count(*)::int AS n
       FROM kpi_minute, jsonb_each_text(buckets) AS b(bucket, n), generate_series(1, n::int) WHERE metric = '${metric}'`,
    );
    const { p50Ms, p95Ms, p99Ms, count } = percentiles;
    assert.deepEqual([p50Ms, p95Ms, p99Ms].map(bucketOf), exact!.buckets, metric);
    assert.equal(count, exact!.n);
    assert.ok(p50Ms > 0 && p50Ms <= p95Ms && p95Ms <= p99Ms && p99Ms < 20_000);
  }
  const measured = kpis.latencyByMinute.filter(({ p50Ms }: any) => p50Ms !== null);
  assert.equal(kpis.latencyByMinute.length, 60);
  assert.ok(measured.length >= 1 && measured.every(({ p50Ms, p95Ms }: any) => p50Ms <= p95Ms));
});

inEveryForm('live KPIs start at once and show a message within seconds', async (t, form) => {
  const { first, last, database } = await startTopology(t, form);
  const mona = await manager(t, last);
  const cleo = await connect(t, first);
  const id = await cleo.start();
  const [narrow, wide] = [mona.subscribe(subscription), mona.subscribe(subscription, { windowMinutes: 1_440 })];
  const before = await until(narrow, () => true, 'the first value');
  assert.equal(before.messagesTotal, 0);
  assert.equal(before.messagesByMinute.length, 15, 'the default window');
  assert.deepEqual([before.acceptedToCommit, before.storedRatio, before.csat], [null, null, null]);

  await cleo.send(id, 'Hello');
  assert.equal((await until(narrow, ({ messagesTotal }) => messagesTotal === 1, 'the message')).messagesInWindow, 1);
  await until(wide, ({ messagesTotal }) => messagesTotal === 1, 'the message, in the other window');

  // A late comer to the same window gets the newest one without waiting for the next.
  const late = mona.subscribe(subscription);
  await until(late, ({ messagesTotal }) => messagesTotal === 1, 'the newest value');

  await execute(
    database.url,
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await cleo.send(id, 'Hello again').catch(() => cleo.send(id, 'Hello again'));
  await until(narrow, ({ messagesTotal }) => messagesTotal >= 2, 'a value after the connections were lost');
  narrow.stop();
});

describe('KPIs', () => {
  test('are for managers, on both transports', async (t) => {
    const { first } = await startTopology(t, 'one process');
    for (const role of ['CUSTOMER', 'AGENT'] as const) {
      const actor = await connect(t, first, { role });
      assert.equal((await refused(actor.run(query))).code, 'FORBIDDEN');
      assert.equal((await refused(actor.post(query))).code, 'FORBIDDEN');
      const { errors } = await actor.subscribe(subscription).until((frame) => frame.errors);
      assert.equal(errors[0].extensions.code, 'FORBIDDEN');
    }
    const mona = await manager(t, first);
    assert.equal((await mona.post(query)).kpiOverview.messagesTotal, 0);
  });

  test('have a window of 1 to 1440 minutes', async (t) => {
    const { first } = await startTopology(t, 'one process');
    const mona = await manager(t, first);
    for (const windowMinutes of [0, -1, 1_441, 2 ** 31 - 1]) {
      const error = await refused(mona.run(query, { windowMinutes }));
      assert.deepEqual(error.errors[0]!.extensions, { code: 'BAD_USER_INPUT', field: 'windowMinutes' });
      const { errors } = await mona.subscribe(subscription, { windowMinutes }).until((frame) => frame.errors);
      assert.equal(errors[0].extensions.field, 'windowMinutes');
    }
    for (const windowMinutes of [1, 1_440]) {
      assert.equal((await overview(mona, windowMinutes)).messagesByMinute.length, windowMinutes);
    }
    assert.equal((await overview(mona)).messagesByMinute.length, 15);
  });
});
