import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fillDatabase } from '../bench/load/fill-database.ts';
import { kpisOff } from '../bench/load/kpis-off.ts';
import { limitsOff } from '../bench/load/limits-off.ts';
import { percentiles } from '../bench/load/percentiles.ts';
import { underScenarios } from '../bench/load/plan.ts';
import { hottestFunctions, hottestPackages, startProfile, stopProfile } from '../bench/load/profile.ts';
import { runJob } from '../bench/load/run-job.ts';
import { AUTH_SECRET, RECORDS_PROFILE } from '../bench/load/targets.ts';
import { runScenario } from '../bench/scenarios/run-scenario.ts';
import { scenarios } from '../bench/scenarios/scenarios.ts';
import { auditDatabase } from '../server/audit/audit-database.ts';
import { loadConfig } from '../server/config.ts';
import { openDb } from '../server/db.ts';
import { execute } from './harness/execute.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { startProcess, type TestServer } from './harness/server.ts';
import { type Frame, startTamperingProxy } from './harness/tampering-proxy.ts';

test('percentiles are of all samples', () => {
  const samples = Array.from({ length: 1_000 }, (_, n) => 1_000 - n);
  assert.deepEqual(percentiles(samples), { p50: 500, p95: 950, p99: 990, max: 1_000 });
});

test('what makes a Parley without limits, or key figures, is still there to be changed', () => {
  for (const [module, replacements] of [limitsOff, kpisOff].flatMap(Object.entries)) {
    const text = readFileSync(new URL(`../server/${module}`, import.meta.url), 'utf8');
    for (const [before] of replacements) assert.ok(text.includes(before), `${module}: ${before}`);
  }
});

test('a profile names the function that keeps the process busy, and whose it is', async () => {
  const busy = `setInterval(() => {}, 1e6);
    process.on('message', function turns() { for (let n = 0; n < 1e8; n++) Math.sqrt(n); process.send({}); });`;
  const child = spawn(process.execPath, ['--import', RECORDS_PROFILE, '--eval', busy], {
    cwd: new URL('..', import.meta.url),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  startProfile(child);
  await once(child, 'message');
  const profile = await stopProfile(child);
  child.kill();
  const [hottest] = hottestFunctions(profile);
  assert.equal(hottest?.name, 'turns');
  assert.ok(hottest.share > 0.3 && hottest.share <= 1, `${hottest.share}`);
  const owners = hottestPackages(profile);
  assert.ok(Math.abs(owners.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-6);
});

describe('the benchmark’s load', () => {
  let database: TestDatabase;
  let server: TestServer;
  before(async () => {
    database = await createTestDatabase();
    server = await startProcess(database.url, { AUTH_SECRET });
  });
  after(async () => {
    await server.stop();
    await database.drop();
  });

  const load = (url: string, protocol: 'graphql-socket' | 'graphql-http', pace: Parameters<typeof runJob>[2]['pace']) =>
    runJob({ url: `${url}/graphql`, pid: server.pid!, signs: true, stop: async () => {} }, process.pid, {
      protocol,
      pairs: 4,
      pace,
      warmUpMs: 200,
      durationMs: 1_500,
      bodies: ['one', 'two'],
      receipts: true,
    });

  test('reaches recipients over both transports, in closed and open loops', async () => {
    for (const [protocol, pace] of [
      ['graphql-socket', { type: 'closed', inFlight: 8 }],
      ['graphql-http', { type: 'open', perSecond: 50 }],
    ] as const) {
      const { delivered, sendToReceived, serverMicros, lost, doubled, outOfOrder } = await load(
        server.url,
        protocol,
        pace,
      );
      assert.ok(delivered > 0, 'nothing was delivered');
      assert.ok(sendToReceived.p50 > 0 && sendToReceived.p99 >= sendToReceived.p50);
      if (process.platform === 'linux') assert.ok(serverMicros! >= 0);
      assert.deepEqual({ lost, doubled, outOfOrder }, { lost: 0, doubled: 0, outOfOrder: 0 });
    }
  });

  test('finds it when something on the way doubles a message', async () => {
    let done = false;
    const proxy = await startTamperingProxy(server.url, (frame, send) => {
      send(frame);
      if (!done && isMessage(frame)) {
        done = true;
        send(frame);
      }
    });
    const result = await load(proxy.url, 'graphql-socket', { type: 'closed', inFlight: 4 });
    await proxy.close();
    assert.deepEqual([result.lost, result.doubled, result.outOfOrder], [0, 1, 1]);
  });
});

describe('the benchmark’s databases', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  test('what fills one is what Parley could have written', async () => {
    await fillDatabase(database.url, 300);
    const filled = `SELECT count(*)::int AS messages, count(DISTINCT conversation_id)::int AS conversations,
      bool_and(created_at < now()) AS past FROM message`;
    assert.deepEqual({ ...(await execute(database.url, filled))[0] }, { messages: 300, conversations: 3, past: true });
    const db = openDb(loadConfig({}), database.url);
    const verdicts = await auditDatabase({ db, plain: db });
    await db.$disconnect();
    assert.deepEqual(
      verdicts.filter(({ findings }) => findings > 0),
      [],
    );
  });

  test('crowds before one come to figures that can be true, and lose nothing', async () => {
    const targets = underScenarios('http://127.0.0.1:9');
    const [parley, bare] = await Promise.all([targets.parley.start(database.url), targets.bare.start(database.url)]);
    try {
      for (const { scenario } of scenarios) {
        const figures = await runScenario(scenario.name, { parley, bare, databaseUrl: database.url, size: 20 });
        assert.equal(figures[0]!.value, 20);
        for (const { name, value, unit, target } of figures) {
          assert.ok(Number.isFinite(value), `${scenario.name}: ${name}`);
          if (unit === 'ms') assert.ok(value > 0, `${scenario.name}: ${name}`);
          if (target === '0') assert.equal(value, 0, `${scenario.name}: ${name}`);
        }
      }
    } finally {
      await Promise.all([parley.stop(), bare.stop()]);
    }
  });
});

const isMessage = ({ payload }: Frame) =>
  (payload.data?.conversationUpdates as { __typename?: string } | undefined)?.__typename === 'MessagePosted';
