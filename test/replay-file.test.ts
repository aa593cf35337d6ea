import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LatencyHistogram } from '../bench/replay/latency-histogram.ts';
import { BadOption, parseOptions } from '../bench/replay/options.ts';
import { planCuts } from '../bench/replay/plan-cuts.ts';
import { planRating } from '../bench/replay/plan-rating.ts';
import { raiseLatest } from '../bench/replay/raise-latest.ts';
import { countLines, type Entry, readDialogues, whyUnreadable } from '../bench/replay/read-dialogues.ts';
import { seededRandom } from '../bench/replay/seeded-random.ts';

describe('a file of dialogues', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'parley-replay-'));
  });
  after(() => rm(dir, { recursive: true }));

  async function read(content: string | Buffer): Promise<Entry[]> {
    const file = join(dir, 'dialogues.jsonl');
    await writeFile(file, content);
    return Array.fromAsync(readDialogues(file));
  }
  const turn = { from: 'customer', text: 'Hello' };
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;

  test('is read line by line, whatever its line ends and however it ends', async () => {
    const entries = await read(
      `${JSON.stringify({ id: 'a', topic: 't', turns: [turn] })}\r\n\n${JSON.stringify({ id: 7, turns: [turn], more: 1 })}`,
    );
    assert.deepEqual(entries, [
      { line: 1, dialogue: { id: 'a', topic: 't', turns: [turn] } },
      { line: 3, dialogue: { id: '7', topic: undefined, turns: [turn] } },
    ]);
  });

  test('says of each bad line what is wrong with it, and goes on', async () => {
    const text = (body: unknown) => line({ id: 'x', turns: [{ from: 'agent', text: body }] });
    const entries = await read(
      [
        'no JSON\n',
        '[]\n',
        line({ turns: [turn] }),
        line({ id: 'x' }),
        line({ id: 'x', turns: [] }),
        line({ id: 'x', turns: [turn, { from: 'bot', text: 'Beep' }] }),
        line({ id: 'x', turns: [{ from: 'agent' }] }),
        text(''),
        text('a'.repeat(8_001)),
        text('a\0b'),
        '{"id":"x","turns":[{"from":"agent","text":"\\ud83d"}]}\n',
        line({ id: 'good', turns: [turn] }),
        line({ id: 'good', turns: [turn] }),
      ].join(''),
    );
    assert.deepEqual(
      entries.map((entry) => ('problem' in entry ? `${entry.line}: ${entry.problem}` : `${entry.line}: ok`)),
      [
        '1: it is not JSON',
        '2: it is not a JSON object',
        '3: it has no "id"',
        '4: it has no "turns"',
        '5: it has no "turns"',
        '6: turn 2 is from "bot", neither "customer" nor "agent"',
        '7: turn 1 has no "text"',
        '8: the text of turn 1 is empty',
        '9: the text of turn 1 has 8001 characters, more than 8000',
        '10: the text of turn 1 contains NUL',
        '11: the text of turn 1 contains half a surrogate pair',
        '12: ok',
        '13: its id "good" stands in line 12 already',
      ],
    );
  });

  test('may hold 8,000 characters beyond the BMP in one text', async () => {
    const [entry] = await read(line({ id: 'x', turns: [{ from: 'agent', text: '🎉'.repeat(8_000) }] }));
    assert.ok(entry && 'dialogue' in entry);
  });

  test('may hold bytes that are not UTF-8, and lines of any length: they are skipped', async () => {
    const long = Buffer.alloc(17 * 1024 * 1024, 'a');
    const entries = await read(
      Buffer.concat([
        Buffer.from([0x22, 0xff, 0x22, 0x0a]),
        long,
        Buffer.from(`\n${line({ id: 'x', turns: [turn] })}`),
      ]),
    );
    assert.deepEqual(
      entries.map((entry) => 'problem' in entry),
      [true, true, false],
    );
  });

  test('is counted before it is played', async () => {
    await read('1\n2\n3');
    assert.equal(await countLines(join(dir, 'dialogues.jsonl')), 3);
    await read('1\n2\n3\n');
    assert.equal(await countLines(join(dir, 'dialogues.jsonl')), 3);
    await read('');
    assert.equal(await countLines(join(dir, 'dialogues.jsonl')), 0);
  });

  test('is refused in one line when it is not there or not a file', async () => {
    assert.match((await whyUnreadable(join(dir, 'nowhere')))!, /^There is no file .*nowhere\.$/);
    assert.match((await whyUnreadable(dir))!, /is not a file\.$/);
    assert.equal(await whyUnreadable(import.meta.filename), undefined);
  });
});

describe('the options', () => {
  test('have defaults', () => {
    const options = parseOptions(['file']);
    assert.ok(options !== 'help');
    const { url, ...rest } = options;
    assert.deepEqual(rest, { file: 'file', concurrency: 10, speed: 0, cuts: 0, json: undefined });
    assert.equal(url.href, 'ws://localhost:4000/graphql');
  });

  test('take the server’s address as people know it', () => {
    const urlOf = (url: string) => (parseOptions(['file', '--url', url]) as { url: URL }).url.href;
    assert.equal(urlOf('https://chat.example'), 'wss://chat.example/graphql');
    assert.equal(urlOf('http://localhost:1/api/graphql'), 'ws://localhost:1/api/graphql');
  });

  for (const [args, message] of [
    [[], /Which file/],
    [['a', 'b'], /One file at a time/],
    [['a', '--concurrency', '0'], /--concurrency is "0"/],
    [['a', '--concurrency', '1.5'], /--concurrency is "1.5"/],
    [['a', '--speed=-1'], /--speed is "-1"/],
    [['a', '--speed', 'fast'], /--speed is "fast"/],
    [['a', '--cuts', ''], /--cuts is ""/],
    [['a', '--url', 'localhost:4000'], /--url is/],
    [['a', '--url', 'ftp://localhost'], /--url is/],
  ] as const) {
    test(`are refused with the reason: ${JSON.stringify(args)}`, () => {
      assert.throws(
        () => parseOptions(args),
        (error) => error instanceof BadOption && message.test(error.message),
      );
    });
  }
});

describe('the play', () => {
  test('is the same in every run', () => {
    const draw = (seed: string) => {
      const random = seededRandom(seed);
      return [random.next(), random.below(100), random.chance(0.5)];
    };
    assert.deepEqual(draw('1_00001'), draw('1_00001'));
    assert.notDeepEqual(draw('1_00001'), draw('1_00002'));
    assert.deepEqual(planCuts(seededRandom('x'), 5, 3), planCuts(seededRandom('x'), 5, 3));
  });

  test('cuts each side as often as asked for', () => {
    const cuts = planCuts(seededRandom('x'), 7, 20).flat();
    assert.equal(cuts.filter(({ side }) => side === 'agent').length, 20);
    assert.equal(cuts.filter(({ side }) => side === 'customer').length, 20);
  });

  test('rates as customers do: all five ratings, mostly good ones', () => {
    const ratings = Array.from({ length: 1_000 }, (_, i) => planRating(`dialogue ${i}`).rating);
    assert.deepEqual(new Set(ratings), new Set([1, 2, 3, 4, 5]));
    const mean = ratings.reduce<number>((sum, rating) => sum + rating, 0) / ratings.length;
    assert.ok(mean > 4 && mean < 4.5, `mean ${mean}`);
  });

  test('raises a watermark one request at a time, to the latest value', async () => {
    const raised: number[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const raise = raiseLatest(async (value) => {
      raised.push(value);
      if (value === 1) await promise;
      if (value === 4) done.resolve();
    }, assert.fail);
    for (const value of [1, 2, 3, 4, 2]) raise(value);
    assert.deepEqual(raised, [1]);
    resolve();
    await done.promise;
    assert.deepEqual(raised, [1, 4]);
  });
});

describe('a latency histogram', () => {
  test('tells percentiles within one per cent', () => {
    const histogram = new LatencyHistogram();
    for (let ms = 1; ms <= 1_000; ms++) histogram.record(ms);
    const { count, p50, p99, max } = histogram.summary();
    assert.equal(count, 1_000);
    assert.equal(max, 1_000);
    assert.ok(Math.abs(p50 / 500 - 1) <= 0.011, `p50 ${p50}`);
    assert.ok(Math.abs(p99 / 990 - 1) <= 0.011, `p99 ${p99}`);
  });

  test('takes nought and very long', () => {
    const histogram = new LatencyHistogram();
    histogram.record(0);
    histogram.record(1e7);
    assert.equal(histogram.summary().max, 1e7);
    assert.ok(histogram.percentile(0.5) <= 0.01);
  });
});
