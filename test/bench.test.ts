import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { kpisOff } from '../bench/load/kpis-off.ts';
import { limitsOff } from '../bench/load/limits-off.ts';
import { percentiles } from '../bench/load/percentiles.ts';
import { hottestFunctions, hottestPackages, startProfile, stopProfile } from '../bench/load/profile.ts';
import { runJob } from '../bench/load/run-job.ts';
import { AUTH_SECRET, RECORDS_PROFILE } from '../bench/load/targets.ts';
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

const isMessage = ({ payload }: Frame) =>
  (payload.data?.conversationUpdates as { __typename?: string } | undefined)?.__typename === 'MessagePosted';
