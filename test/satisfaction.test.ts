import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type Actor, connect } from './harness/actor.ts';
import * as documents from './harness/documents.ts';
import { execute } from './harness/execute.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { startInProcess, type TestServer } from './harness/server.ts';
import { type Sample, seed } from './satisfaction/samples.ts';

const score = 'answers ratio average ratings interval { low high } nps { score answers promoters passives detractors }';
const query = `query Satisfaction($filter: SatisfactionFilter!, $bucket: KpiBucket, $timeZone: String) {
  satisfaction(filter: $filter, bucket: $bucket, timeZone: $timeZone) {
    from to total { ${score} } previous { ${score} } points { start end score { ${score} } }
    responses { asked answered ratio }
    byAgent { agent { id } score { ${score} } previous { answers ratio } }
    byQueue { queue score { ${score} } previous { answers ratio } }
    byTopic { topic score { ${score} } previous { answers ratio } }
    questions { question { text kind } answers average counts }
  }
}`;
const results = `query Results($filter: SatisfactionFilter!, $only: SurveyResultFilter, $first: Int, $after: String) {
  surveyResults(filter: $filter, only: $only, first: $first, after: $after) {
    edges { node { survey { id rating comment } agent { id } queue topic lastMessageId customer { id } } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const live = 'subscription { newestSurveyResults { survey { conversationId rating comment } } }';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The clocks of Berlin go back on 26 October. */
const from = Date.parse('2025-10-20T22:00:00Z');
const to = Date.parse('2025-11-03T23:00:00Z');

let random = 11;
const next = () => {
  random = (random * 48_271) % 2_147_483_647;
  return random / 2_147_483_647;
};
const pick = <T>(...all: T[]): T => all[Math.floor(next() * all.length)]!;

describe('what customers answered', () => {
  let database: TestDatabase;
  let server: TestServer;
  let mona: Actor;
  let agents: string[];
  const samples: Sample[] = [];
  const cleanUps: (() => unknown)[] = [];
  const later = { after: (cleanUp: unknown) => void cleanUps.push(cleanUp as () => unknown) };
  const sealing = { ENCRYPTION_KEYS: `one:${Buffer.alloc(32, 1).toString('base64')}`, SURVEY_SEARCH_MAX: '40' };

  before(async () => {
    database = await createTestDatabase();
    server = await startInProcess(database.url, sealing);
    mona = await connect(later, server, { role: 'MANAGER', name: 'Mona' });
    const people = await Promise.all(
      (['CUSTOMER', 'AGENT', 'AGENT'] as const).map((role) => connect(later, server, { role })),
    );
    agents = people.slice(1).map(({ id }) => id);
    for (
      let closedAt = from - 15 * DAY_MS;
      closedAt < to + DAY_MS;
      closedAt += (1 + Math.floor(next() * 3)) * HOUR_MS
    ) {
      const at = next() < 0.6 ? closedAt + Math.floor(next() * 2 * DAY_MS) : null;
      samples.push({
        conversationId: randomUUID(),
        surveyId: randomUUID(),
        closedAt,
        at,
        rating: 1 + Math.floor(next() * 5),
        nps: next() < 0.5 ? Math.floor(next() * 11) : null,
        agent: pick(agents[0]!, agents[0]!, agents[1]!, null),
        queue: pick('Money', 'Parcels', null),
        topic: pick('billing', 'delivery', null),
        comment: next() < 0.5 ? `Comment ${samples.length} on the Café` : null,
        scale: next() < 0.3 ? 1 + Math.floor(next() * 5) : null,
      });
    }
    await seed(database.url, people[0]!.id, samples, from + HOUR_MS);
  });

  after(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
    await server.stop();
    await database.drop();
  });

  const filterOf = (more: Record<string, unknown> = {}) => ({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    ...more,
  });
  const inRange = (start: number, end: number) => samples.filter(({ at }) => at !== null && start <= at && at < end);

  test('agrees with what was answered, over time, in days of 24 and 25 hours', async () => {
    const timeZone = 'Europe/Berlin';
    const { satisfaction } = await mona.run(query, { filter: filterOf(), bucket: 'DAY', timeZone });
    agrees(satisfaction.total, inRange(from, to));
    agrees(satisfaction.previous, inRange(2 * from - to, from));
    const day = new Intl.DateTimeFormat('en-CA', { timeZone });
    const expected = new Map<string, Sample[]>();
    for (let at = from; at < to; at += HOUR_MS) expected.set(day.format(at), []);
    for (const sample of inRange(from, to)) expected.get(day.format(sample.at!))!.push(sample);
    assert.deepEqual(
      satisfaction.points.map(({ start }: any) => day.format(Date.parse(start))),
      [...expected.keys()],
    );
    satisfaction.points.forEach((point: any, i: number) => {
      agrees(point.score, [...expected.values()][i]!);
      assert.equal(point.end, satisfaction.points[i + 1]?.start ?? satisfaction.to);
    });

    const closed = samples.filter(({ closedAt }) => from <= closedAt && closedAt < to);
    const answered = closed.filter(({ at }) => at !== null).length;
    assert.deepEqual(satisfaction.responses, { asked: closed.length, answered, ratio: answered / closed.length });
    const values = inRange(from, to).flatMap(({ scale }) => scale ?? []);
    assert.deepEqual(satisfaction.questions, [
      {
        question: { text: 'Friendly?', kind: 'SCALE' },
        answers: values.length,
        average: values.reduce((a, b) => a + b) / values.length,
        counts: [1, 2, 3, 4, 5].map((value) => values.filter((one) => one === value).length),
      },
    ]);
  });

  test('agrees by agent, by queue and by topic, most dissatisfied first, and with the key figure', async () => {
    const { satisfaction } = await mona.run(query, { filter: filterOf(), bucket: 'WEEK' });
    for (const [groups, keyOf, nameOf] of [
      [satisfaction.byAgent, ({ agent }: Sample) => agent, ({ agent }: any) => agent?.id ?? null],
      [satisfaction.byQueue, ({ queue }: Sample) => queue, ({ queue }: any) => queue],
      [satisfaction.byTopic, ({ topic }: Sample) => topic, ({ topic }: any) => topic],
    ] as const) {
      const expected = Map.groupBy(inRange(from, to), keyOf);
      assert.deepEqual(new Set(groups.map(nameOf)), new Set(expected.keys()));
      const unhappy = groups.map((group: any) => {
        agrees(group.score, expected.get(nameOf(group))!);
        const before = inRange(2 * from - to, from).filter((sample) => keyOf(sample) === nameOf(group));
        assert.equal(group.previous.answers, before.length);
        return group.score.answers * (1 - group.score.ratio);
      });
      assert.deepEqual(
        unhappy,
        unhappy.toSorted((a: number, b: number) => b - a),
      );
    }
    const narrowed = filterOf({ agentId: agents[1], topic: 'billing' });
    const own = inRange(from, to).filter(({ agent, topic }) => agent === agents[1] && topic === 'billing');
    agrees((await mona.run(query, { filter: narrowed })).satisfaction.total, own);
    const listed = await mona.run(results, { filter: narrowed, first: 100 });
    assert.equal(listed.surveyResults.edges.length, own.length);

    const inQueue = filterOf({ queue: 'Money' });
    const queued = inRange(from, to).filter(({ queue }) => queue === 'Money');
    agrees((await mona.run(query, { filter: inQueue })).satisfaction.total, queued);
    const one = (await mona.run(results, { filter: inQueue, first: 100 })).surveyResults.edges;
    assert.equal(one.length, Math.min(100, queued.length));
    assert.ok(one.every(({ node }: any) => node.queue === 'Money'));
  });

  test('without answers there is no share, which is not 0', async () => {
    const filter = { from: '2024-01-01T00:00:00Z', to: '2024-01-02T00:00:00Z' };
    const { satisfaction } = await mona.run(query, { filter, bucket: 'HOUR' });
    const none = { answers: 0, ratio: null, average: null, ratings: [0, 0, 0, 0, 0], interval: null, nps: null };
    assert.deepEqual(satisfaction.total, none);
    assert.equal(satisfaction.points.length, 24);
    assert.deepEqual(satisfaction.responses, { asked: 0, answered: 0, ratio: null });
    assert.deepEqual([satisfaction.byAgent, satisfaction.byQueue, satisfaction.byTopic], [[], [], []]);
    assert.deepEqual(satisfaction.questions, []);
  });

  /** All pages of a list. */
  async function all(only: Record<string, unknown>, first = 17): Promise<any[]> {
    const nodes: any[] = [];
    for (let after: string | null | undefined; ; ) {
      const { edges, pageInfo } = (await mona.run(results, { filter: filterOf(), only, first, after })).surveyResults;
      nodes.push(...edges.map(({ node }: any) => node));
      if (!pageInfo.hasNextPage) return nodes;
      after = pageInfo.endCursor;
    }
  }

  test('one by one, newest first, page by page, narrowed and searched', async () => {
    const newest = inRange(from, to).sort((a, b) => b.at! - a.at!);
    const ids = (nodes: any[]) => nodes.map(({ survey }) => survey.id);
    const of = (fits: (sample: Sample) => boolean) => newest.filter(fits).map(({ surveyId }) => surveyId);
    assert.deepEqual(
      ids(await all({})),
      of(() => true),
    );
    assert.deepEqual(
      ids(await all({ ratings: [1, 2], commented: true })),
      of(({ rating, comment }) => rating <= 2 && comment !== null),
    );
    // A search goes on after SURVEY_SEARCH_MAX answers, here 40; capitals and accents do not matter.
    assert.ok(newest.length > 80);
    assert.deepEqual(
      ids(await all({ search: ' CAFE  comment' })),
      of(({ comment }) => comment !== null),
    );
    const { comment, surveyId } = newest.findLast((sample) => sample.comment !== null)!;
    const [found] = await all({ search: comment });
    assert.deepEqual([found.survey.id, found.survey.comment], [surveyId, comment]);
    assert.deepEqual(await all({ search: '%' }), []);
  });

  test('live, whichever process took the answer; what is sealed is found, and goes when it is erased', async (t) => {
    const other = await startInProcess(database.url, sealing);
    t.after(() => other.stop());
    const frames = mona.subscribe(live);
    const newest = (fits: (result: any) => boolean, what: string) =>
      frames.until((frame) => fits(frame.newestSurveyResults[0]?.survey), what);
    await newest(() => true, 'the first list');
    const cleo = await connect(t, other);
    const conversationId = await cleo.start();
    await cleo.run(documents.close, { input: { conversationId } });
    const rate = (rating: number, comment: string) =>
      cleo.run(documents.rate, { input: { conversationId, rating, comment } });
    await rate(2, 'Zwölf Tage!');
    await newest((survey) => survey?.conversationId === conversationId && survey.rating === 2, 'the answer');
    await rate(4, 'Zwölf Tage, aber gut');
    await newest((survey) => survey?.comment === 'Zwölf Tage, aber gut', 'the changed answer');

    const now = { from: new Date(Date.now() - HOUR_MS).toISOString(), to: new Date().toISOString() };
    const search = async () =>
      (await mona.run(results, { filter: now, only: { search: 'zwolf' } })).surveyResults.edges.length;
    assert.equal(await search(), 1);
    const [row] = await execute(database.url, `SELECT comment FROM survey WHERE conversation_id = '${conversationId}'`);
    assert.doesNotMatch(row!.comment as string, /Zw/);
    await execute(
      database.url,
      `UPDATE survey SET comment = NULL, key_id = NULL WHERE conversation_id = '${conversationId}'`,
    );
    await newest((survey) => survey?.comment === null, 'the erased comment');
    assert.equal(await search(), 0);
  });
});

/** Recomputed from the answers one by one. */
function agrees(found: any, expected: readonly Sample[]): void {
  const n = expected.length;
  const happy = expected.filter(({ rating }) => rating > 3).length;
  const nps = expected.flatMap((sample) => sample.nps ?? []);
  const [promoters, detractors] = [nps.filter((n) => n > 8).length, nps.filter((n) => n < 7).length];
  assert.deepEqual(
    [found.answers, found.ratio, found.ratings],
    [n, n === 0 ? null : happy / n, [1, 2, 3, 4, 5].map((r) => expected.filter(({ rating }) => rating === r).length)],
  );
  if (n === 0) return assert.deepEqual([found.average, found.interval, found.nps], [null, null, null]);
  assert.ok(Math.abs(found.average - expected.reduce((sum, { rating }) => sum + rating, 0) / n) < 1e-9);
  assert.ok(found.interval.low <= found.ratio && found.ratio <= found.interval.high);
  assert.deepEqual(
    found.nps && { ...found.nps, score: Math.round(found.nps.score * 1_000) },
    nps.length === 0
      ? null
      : {
          score: Math.round(((promoters - detractors) / nps.length) * 100_000),
          answers: nps.length,
          promoters,
          passives: nps.length - promoters - detractors,
          detractors,
        },
  );
}
