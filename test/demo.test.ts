import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../bench/replay/seeded-random.ts';
import { openDemoDatabase } from '../demo/demo-database.ts';
import { historySpan } from '../demo/make-history.ts';
import { simulateDesk } from '../demo/simulate-desk.ts';
import { DAY_MS, storyUntil } from '../demo/story.ts';
import { kpis } from '../server/kpis/kpi-definitions.ts';
import { bareEnv } from './harness/bare-env.ts';
import { eventually } from './harness/eventually.ts';
import { execute } from './harness/execute.ts';
import { createTestDatabase } from './harness/postgres.ts';
import { runTool } from './harness/run-tool.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

test('one seed and time make one history, another seed another', () => {
  const end = Date.parse('2026-03-18T15:00:00Z');
  const make = (seed: string) =>
    simulateDesk(seededRandom(seed), { from: end - 4 * DAY_MS, to: end }, storyUntil(end, 4));
  assert.deepEqual(make('one'), make('one'));
  assert.notDeepEqual(make('one'), make('two'));
  assert.ok(make('one').length > 100);
});

test('whatever the hour is and however many days are told of, what happened is among them', () => {
  const day = Date.parse('2026-03-18T00:00:00Z');
  for (const days of [3, 4, 5, 6, 7, 8, 30, 90]) {
    for (let end = day; end < day + DAY_MS; end += DAY_MS / 48) {
      const { outage, slow, stuckParcels } = storyUntil(end, days);
      const span = historySpan(end, days);
      for (const { from, to } of [outage, slow]) assert.ok(span.from < from && to <= span.to, `${days} days`);
      assert.ok(span.from < stuckParcels.to && stuckParcels.from < span.to);
    }
  }
});

test('an installation’s database is refused and left as it is; a demo’s is made anew', async () => {
  const database = await createTestDatabase();
  const mark = { seed: 'one', madeAt: new Date() };
  const keys = `SELECT name FROM installation_key`;
  const used = `INSERT INTO installation_key (name, value) VALUES ('auth_secret', 'key')`;
  await execute(database.url, used);
  await assert.rejects(openDemoDatabase(database.url, mark), /belongs to an installation/);
  assert.equal((await execute(database.url, keys)).length, 1);
  await execute(database.url, 'DELETE FROM installation_key');
  for (const _ of ['first', 'again']) {
    await openDemoDatabase(database.url, mark);
    assert.equal((await execute(database.url, keys)).length, 0);
    await execute(database.url, used);
  }
  await database.drop();
});

describe('npm run demo', () => {
  let dataDir: string;
  let demo: ReturnType<typeof spawn>;
  let exited: Promise<unknown[]>;
  let url: string;
  let token: string;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parley-demo-'));
    const args = ['--import', './server/telemetry/start.ts', 'demo/main.ts', '--days', '3', '--data-dir', dataDir];
    demo = spawn(process.execPath, args, {
      cwd: root,
      env: { ...bareEnv(), PORT: '0', METRICS_PORT: '0', LOG_LEVEL: 'error' },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    exited = once(demo, 'exit');
    for await (const line of createInterface(demo.stdout!)) {
      const link = /^ +Sign in +(\S+)/.exec(line)?.[1];
      if (!link) continue;
      demo.stdout!.resume();
      url = new URL(link).origin;
      token = await signIn(new URL(link).searchParams.get('code')!);
      return;
    }
    throw new Error('the demo ended at its start');
  });
  after(async () => {
    demo.kill('SIGINT');
    const [code] = await exited;
    await rm(dataDir, { recursive: true });
    assert.equal(code, 0, 'Ctrl-C stops all of it');
  });

  /** As the page does that the printed link leads to. */
  async function signIn(code: string): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ code });
    const session = await fetch(`${url}/auth/sign-in`, { method: 'POST', headers, body });
    const cookie = session.headers.get('set-cookie')!.split(';')[0]!;
    const answer = await fetch(`${url}/auth/token`, { method: 'POST', headers: { ...headers, cookie }, body: '{}' });
    return ((await answer.json()) as { token: string }).token;
  }

  async function ask(query: string, variables: object = {}): Promise<any> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: any; errors?: unknown };
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data;
  }

  test('every page says that it is one', async () => {
    const pages = (await readdir(join(root, 'dashboard/pages'))).filter((name) => !name.startsWith('_'));
    for (const name of pages) {
      const page = await fetch(`${url}/${name.replace(/(index)?\.tsx$/, '')}`, { headers: { accept: 'text/html' } });
      assert.match(await page.text(), /<body data-demo="true">.*aria-label="Demo"><strong>Demo/s, name);
    }
  });

  test('every key figure has its days, and every day its hours', async () => {
    const now = Date.now();
    const range = { from: new Date(now - 3 * DAY_MS), to: new Date(now) };
    const query = `query ($metrics: [KpiMetric!]!, $from: DateTime!, $to: DateTime!) {
      kpiSeries(metrics: $metrics, from: $from, to: $to) { kpi { metric } total { value } points { value } }
      trafficByHour(from: $from, to: $to) { messagesPerHour }
      kpiOverview(windowMinutes: 1440) { uptimeRatio messagesInWindow csat { answers } }
    }`;
    const answer = await ask(query, { metrics: kpis.map(({ metric }) => metric), ...range });
    for (const { kpi, total, points } of answer.kpiSeries) {
      assert.notEqual(total.value, null, kpi.metric);
      assert.ok(
        points.slice(1, -1).every(({ value }: any) => value !== null),
        kpi.metric,
      );
    }
    const of = (metric: string) => answer.kpiSeries.find(({ kpi }: any) => kpi.metric === metric).total.value;
    // Down for 24 of 4,320 minutes; what the server looks at itself is as right as anywhere.
    assert.ok(of('UPTIME') < 0.996 && of('UPTIME') > 0.98, `uptime ${of('UPTIME')}`);
    assert.ok(of('ERROR_RATIO') > 0);
    assert.equal(of('CONSISTENCY'), 1);
    assert.ok(answer.kpiOverview.messagesInWindow > 50);
    assert.ok(answer.kpiOverview.csat.answers > 20);
    assert.ok(answer.trafficByHour.filter(({ messagesPerHour }: any) => messagesPerHour > 0).length > 40);
  });

  test('people talk in it', async () => {
    const count = async () => (await ask('{ kpiOverview { messagesTotal } }')).kpiOverview.messagesTotal as number;
    const before = await count();
    await eventually('another message', async () => (await count()) > before, 60_000);
  });

  test('what is in it keeps every promise', async () => {
    const { code, stdout } = await runTool('server/cli/audit.ts', [], { DATA_DIR: dataDir, DATABASE_URL: '' });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /Every promise holds/);
  });
});
