import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FindingKind } from '../bench/replay/findings.ts';
import { updateOf } from '../bench/replay/operations.ts';
import type { Report } from '../bench/replay/report.ts';
import { auditDatabase } from '../server/audit/audit-database.ts';
import { loadConfig } from '../server/config.ts';
import { openDb } from '../server/db.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { runTool, startTool } from './harness/run-tool.ts';
import { startProcess, type TestServer } from './harness/server.ts';
import { type Frame, startTamperingProxy } from './harness/tampering-proxy.ts';

const dialogues = fileURLToPath(new URL('fixtures/dialogues.jsonl', import.meta.url));
const DIALOGUES = 12;
const MESSAGES = 75;

/** What the replay had to say besides its progress, of which a slow machine sees more than a fast one. */
const besidesProgress = (stderr: string) =>
  stderr.replaceAll(/^\d+ of \d+ dialogues, \d+ messages acknowledged\n/gm, '');

/** The whole of it: a server as operators run it, the replay as users run it, and the audit afterwards. */
describe('npm run replay', () => {
  let database: TestDatabase;
  let server: TestServer;
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'parley-replay-'));
    database = await createTestDatabase();
    // Without AUTH_SECRET: both sides take the key that the installation made for itself.
    server = await startProcess(database.url, { AUTH_SECRET: '' });
  });
  after(async () => {
    await server.stop();
    await database.drop();
    await rm(dir, { recursive: true });
  });

  async function replay(
    args: string[],
    url = server.url,
  ): Promise<{ code: number | null; stdout: string; stderr: string; report: Report }> {
    const json = join(dir, 'report.json');
    const result = await runTool('bench/replay.ts', ['--url', url, '--json', json, ...args], {
      DATABASE_URL: database.url,
    });
    return { ...result, report: JSON.parse(await readFile(json, 'utf8').catch(() => 'null')) as Report };
  }

  test('D3, D4, D7: everybody sees every message once, in order, and read; the audit agrees', async () => {
    const { code, stdout, stderr, report } = await replay([dialogues, '--concurrency', '4']);
    assert.equal(besidesProgress(stderr), '');
    assert.deepEqual(report.examples, []);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /75 sent, 75 acknowledged, 150 received/);
    assert.match(stdout, /Every participant saw every message once, in order\./);
    assert.equal(report.dialogues.played, DIALOGUES);
    assert.equal(report.latencyMs.sendToAcknowledged.count, MESSAGES);
    assert.ok(report.latencyMs.commitToReceived.count > MESSAGES / 2);

    const db = openDb(loadConfig({}), database.url);
    try {
      assert.equal(await db.message.count(), MESSAGES);
      assert.equal(await db.survey.count(), DIALOGUES);
      const verdicts = await auditDatabase({ db, plain: db });
      assert.deepEqual(
        verdicts.filter(({ findings }) => findings > 0),
        [],
      );
    } finally {
      await db.$disconnect();
    }
  });

  test('D4: connections that are cut in the middle resume without a hole or a double', async () => {
    const { code, stdout, report } = await replay([dialogues, '--concurrency', '12', '--cuts', '8']);
    assert.deepEqual(report.examples, []);
    assert.equal(code, 0, stdout);
    assert.equal(report.connections.cuts, DIALOGUES * 2 * 8);
    assert.equal(report.connections.resumed, report.connections.cuts);
    assert.equal(report.messages.received, MESSAGES * 2);
  });

  test('plays at the tempo it is told', async () => {
    const fast = await replay([dialogues, '--concurrency', '12', '--speed', '200']);
    assert.equal(fast.code, 0, fast.stdout);
    assert.equal(fast.report.messages.received, MESSAGES * 2);
  });

  test('reports bad lines by number, skips them, and plays the others', async () => {
    const file = join(dir, 'some-bad.jsonl');
    await copyFile(dialogues, file);
    await appendFile(
      file,
      '{"id":\n{"id":"x","turns":[{"from":"robot","text":"Hi"}]}\n\n{"id":"shop-1","turns":[{"from":"agent","text":"Hi"}]}\n',
    );
    const { code, stderr, report } = await replay([file]);
    assert.equal(code, 0);
    assert.match(stderr, /^line 13 skipped: it is not JSON$/m);
    assert.match(stderr, /^line 14 skipped: turn 1 is from "robot"/m);
    assert.match(stderr, /^line 16 skipped: its id "shop-1" stands in line 1 already$/m);
    assert.deepEqual(report.dialogues, { started: DIALOGUES, played: DIALOGUES, failed: 0, skippedLines: 3 });
  });

  test('exits 1 when there was nothing to play', async () => {
    const { code, stdout } = await replay([fileURLToPath(import.meta.url)]);
    assert.equal(code, 1);
    assert.match(stdout, /No dialogue was played\./);
  });

  test('stops at Ctrl-C, says what was seen so far, and exits 130', async () => {
    const { child, result } = startTool(
      'bench/replay.ts',
      [dialogues, '--url', server.url, '--speed', '1', '--concurrency', '12'],
      { DATABASE_URL: database.url },
    );
    // The first progress line comes when the play is under way.
    child.stderr!.once('data', () => child.kill('SIGINT'));
    const { code, stdout } = await result;
    assert.equal(code, 130);
    assert.match(stdout, /messages {4}\d+ sent/);
    assert.match(stdout, /Interrupted, with \d+ dialogues under way\./);
  });

  /**
   * What the replay must notice. Tampered with is the sender's own copy of one message, for which nobody waits: the play
   * goes on to its end. Each gets the frames of one subscription, and whether it is the chosen one.
   */
  const faults: [string, FindingKind, () => (frame: Frame, chosen: boolean, send: (frame: Frame) => void) => void][] = [
    ['loses', 'lost', () => (frame, chosen, send) => chosen || send(frame)],
    [
      'doubles',
      'doubled',
      () => (frame, chosen, send) => {
        send(frame);
        if (chosen) send(frame);
      },
    ],
    [
      'swaps',
      'disordered',
      () => {
        let held: Frame | undefined;
        return (frame, chosen, send) => {
          if (chosen) {
            held = frame;
            return;
          }
          send(frame);
          if (held && updateOf(frame.payload.data)?.seq !== undefined) {
            send(held);
            held = undefined;
          }
        };
      },
    ],
    [
      'alters',
      'altered',
      () => (frame, chosen, send) => {
        if (chosen) Object.assign(updateOf(frame.payload.data)!.message!, { body: 'b' });
        send(frame);
      },
    ],
    [
      'leaks',
      'unexpected',
      () => (frame, chosen, send) => {
        send(frame);
        if (!chosen) return;
        Object.assign(updateOf(frame.payload.data)!, { conversationId: '00000000-0000-7000-8000-000000000000' });
        send(frame);
      },
    ],
  ];
  for (const [verb, kind, makeFault] of faults) {
    test(`finds it when something on the way ${verb} a message, and exits 1`, async () => {
      const fault = makeFault();
      let chosen: string | undefined;
      const proxy = await startTamperingProxy(server.url, (frame, send) => {
        const update = updateOf(frame.payload.data);
        const first =
          chosen === undefined && update?.message?.body === 'a' && 'conversationUpdates' in frame.payload.data!;
        if (first) chosen = frame.id;
        if (frame.id === chosen) fault(frame, first, send);
        else send(frame);
      });
      const { code, stdout, report } = await replay([dialogues, '--concurrency', '4'], proxy.url);
      await proxy.close();
      assert.equal(code, 1, stdout);
      assert.match(stdout, /NOT as promised: 1 finding, 0 failed dialogues/);
      assert.equal(report.findings[kind], 1, stdout);
    });
  }

  describe('says in one line, and exits 1:', () => {
    const cases: [string, () => [string[], Record<string, string>], RegExp][] = [
      ['a file that is not there', () => [['nowhere.jsonl'], {}], /^There is no file nowhere\.jsonl\.$/],
      ['no file', () => [[], {}], /^Which file\?/],
      ['a bad option', () => [[dialogues, '--concurrency', 'all'], {}], /^--concurrency is "all"/],
      ['an unknown option', () => [[dialogues, '--fast'], {}], /^Unknown option '--fast'/],
      [
        'a server that is not there',
        () => [[dialogues, '--url', 'http://127.0.0.1:1'], { DATABASE_URL: database.url }],
        /^No Parley answers at 127\.0\.0\.1:1 \(.*ECONNREFUSED/,
      ],
      [
        'a server that does not take these tokens',
        () => [[dialogues, '--url', server.url], { AUTH_SECRET: 'not the secret of that server, at all' }],
        /refuses the tokens of this installation/,
      ],
    ];
    for (const [what, given, message] of cases) {
      test(what, async () => {
        const [args, env] = given();
        const { code, stdout, stderr } = await runTool('bench/replay.ts', args, env);
        assert.equal(stdout, '');
        assert.match(besidesProgress(stderr).trimEnd(), message);
        assert.match(besidesProgress(stderr), /^[^\n]+\n$/);
        assert.equal(code, 1);
      });
    }
  });
});
