import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { refused } from '../api/refused.ts';
import { connect } from '../harness/actor.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { History } from '../harness/history.ts';
import { openLab } from '../harness/lab.ts';
import { range } from '../harness/range.ts';
import { readMetric } from '../harness/read-metric.ts';
import { startReceiver } from '../harness/telemetry.ts';

const list = `query ($conversationId: ID, $first: Int, $after: String) {
  deadLetters(conversationId: $conversationId, first: $first, after: $after) {
    edges { cursor node { id conversationId seq createdAt failedAt attempts lastError } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;
const journey = `query ($id: ID!) { messageJourney(messageId: $id) {
  publishing { state publishedAt swept failedAttempts lastError setAsideAt replayedAt }
} }`;
const replay = 'mutation ($input: DeadLettersInput!) { replayDeadLetters(input: $input) { count } }';
const discard = 'mutation ($input: DeadLettersInput!) { discardDeadLetters(input: $input) { count } }';

test('D5: dead letters can be looked at, replayed and discarded, by managers', async (t) => {
  const lab = await openLab(t);
  const denied = range(1, 2).map(() => `d${randomUUID().slice(1)}`);
  const user = ['ACL', 'SETUSER', 'relay', 'on', '>secret', '+@all', '~*'] as const;
  const others = ['presence', 'participants', 'inbox:*', 'conversation:[^d]*'].map((topic) => `&parley:${topic}`);
  await lab.redis.run(...user, 'resetchannels', ...others);
  const receiver = await startReceiver(t);
  const relay = await lab.startProcess({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    REDIS_URL: lab.redis.url.replace('redis://', 'redis://relay:secret@'),
    OUTBOX_MAX_ATTEMPTS: '2',
    OUTBOX_BACKOFF_BASE_MS: '20',
    OUTBOX_SWEEP_INTERVAL_MS: '100',
    LOG_LEVEL: 'fatal',
  });
  const tap = await lab.tapBus();
  const cleo = await connect(t, relay);
  const mia = await connect(t, relay, { role: 'MANAGER', name: 'Mia' });
  const [first, second] = denied.map((id) => new History(id)) as [History, History];
  for (const { conversationId: id } of [first, second]) await cleo.start({ id });
  const frames = cleo.follow(first.conversationId, 0);
  const sent: { id: string }[] = [];
  for (const n of range(1, 5)) sent.push(await first.send(cleo, `message ${n}`));
  await second.send(cleo, 'elsewhere');
  await eventually('six dead letters', async () => (await readMetric(relay, 'parley_dead_letters')) === 6);

  const publishing = async (n: number, who = mia) =>
    (await who.run(journey, { id: sent[n - 1]!.id })).messageJourney.publishing;
  const stuck = await publishing(3);
  assert.equal(stuck.state, 'DEAD_LETTER');
  assert.equal(stuck.failedAttempts, 2);
  assert.match(stuck.lastError, /NOPERM/);
  assert.ok(stuck.setAsideAt && !stuck.publishedAt);
  const ada = await connect(t, relay, { role: 'AGENT', name: 'Ada' });
  assert.equal((await publishing(3, ada)).lastError, null, 'for managers');
  const tries = await receiver.waitFor((spans) => {
    const dead = spans.find(({ name }) => name === 'dead letter conversation');
    const trace = spans.filter(({ traceId, name }) => traceId === dead?.traceId && name === 'send conversation');
    return dead && trace.length === 2 && trace;
  });
  assert.deepEqual(
    tries.map(({ attributes, events, failed }) => [attributes['parley.relay.attempt'], events, failed]),
    [
      [1, ['retry'], true],
      [2, [], true],
    ],
  );

  const lettersOf = async (variables: Record<string, unknown> = {}) => (await mia.run(list, variables)).deadLetters;
  const seqs = ({ edges }: any) => edges.map(({ node }: any) => node.seq);
  const { edges } = await lettersOf();
  assert.equal(edges.length, 6);
  for (const { node } of edges) {
    assert.equal(node.attempts, 2);
    assert.match(node.lastError, /NOPERM/);
  }
  const times = edges.map(({ node }: any) => node.failedAt);
  assert.deepEqual(times, times.toSorted().toReversed(), 'newest first');
  const ofFirst = await lettersOf({ conversationId: first.conversationId });
  assert.deepEqual(seqs(ofFirst).toSorted(), range(1, 5));
  const paged: number[] = [];
  for (let after: string | null = null; ; ) {
    const page: any = await lettersOf({ conversationId: first.conversationId, first: 2, after });
    assert.equal(page.pageInfo.hasPreviousPage, after !== null);
    paged.push(...seqs(page));
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage) break;
  }
  assert.deepEqual(paged, seqs(ofFirst));

  const idOf = (seq: number) => ofFirst.edges.find(({ node }: any) => node.seq === seq).node.id;
  const choices = [
    [discard, { ids: [idOf(1)] }],
    [replay, { all: true }],
  ] as const;
  const ben = await connect(t, relay, { role: 'AGENT' });
  for (const actor of [cleo, ben]) {
    await assert.rejects(actor.run(list), refused('FORBIDDEN'));
    for (const [document, input] of choices)
      await assert.rejects(actor.post(document, { input }), refused('FORBIDDEN'));
  }
  for (const input of [{}, { ids: [idOf(1)], all: true }, { ids: ['x'] }, { all: false }])
    await assert.rejects(mia.run(replay, { input }), refused('BAD_USER_INPUT', 'ids'));
  await assert.rejects(mia.run(list, { after: 'x' }), refused('BAD_USER_INPUT', 'after'));

  const count = async (document: string, input: object) => Object.values(await mia.run(document, { input }))[0].count;
  assert.equal(await count(discard, { ids: [idOf(1)] }), 1);
  assert.equal(await count(discard, { ids: [idOf(1)] }), 0, 'discarded already');
  // The bus still refuses it: it fails again, with all attempts before it, and is a dead letter again.
  assert.equal(await count(replay, { ids: [idOf(2), idOf(2)] }), 1);
  await eventually('it is back', async () => seqs(await lettersOf()).length === 5);
  assert.equal((await lettersOf({ first: 1 })).edges[0].node.attempts, 2);

  await lab.redis.run(...user, 'allchannels');
  assert.equal(await count(replay, { all: true }), 5);
  assert.equal(await count(replay, { all: true }), 0);
  await tap.until('all are published', () => new Set(tap.seqsOf(first.conversationId)).size === 4);
  assert.deepEqual(new Set(tap.seqsOf(first.conversationId)), new Set(range(2, 5)));
  await eventually('nothing is left', async () => {
    const [row] = await execute<{ n: number }>(lab.database.url, 'SELECT count(*)::int AS n FROM outbox');
    return row!.n === 0 && (await readMetric(relay, 'parley_dead_letters')) === 0;
  });
  assert.equal((await publishing(1)).state, 'DISCARDED');
  const replayed = await eventually('the moment of the publish', async () => {
    const found = await publishing(3);
    return found.publishedAt && found;
  });
  assert.equal(replayed.state, 'PUBLISHED');
  assert.equal(replayed.swept, true);
  assert.ok(replayed.replayedAt <= replayed.publishedAt);
  // Subscribers had them all along, once.
  await first.judge(lab.database, { frames: { frames } });

  const log = await execute<{ action: string; actor: string; n: number }>(
    lab.database.url,
    `SELECT action::text, actor_id::text AS actor, count(*)::int AS n FROM audit_log WHERE action::text LIKE 'DEAD%' GROUP BY 1, 2 ORDER BY 1`,
  );
  assert.deepEqual(log, [
    { action: 'DEAD_LETTER_DISCARDED', actor: mia.id, n: 1 },
    { action: 'DEAD_LETTER_REPLAYED', actor: mia.id, n: 6 },
  ]);
});
