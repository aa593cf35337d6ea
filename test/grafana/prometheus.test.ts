import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dashboards } from '../../grafana/build/all.ts';
import { connect, OperationError } from '../harness/actor.ts';
import { eventually } from '../harness/eventually.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver.ts';
import { createTestDatabase, type TestDatabase } from '../harness/postgres.ts';
import { startPrometheus, type TestPrometheus } from '../harness/prometheus.ts';
import { runTool } from '../harness/run-tool.ts';
import { AUTH_SECRET, startProcess, type TestServer } from '../harness/server.ts';
import { panelsOf } from './panels-of.ts';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What no fresh installation can have. */
const withoutData: Record<string, string> = {
  'Messages / a week ago': 'it is not a week old',
  'Replication lag / lag': 'there is no replica',
};

/** What Grafana puts in for its variables. */
const filledIn = (expr: string) =>
  expr
    .replaceAll('$__rate_interval', '10s')
    .replaceAll('$__range', '1m')
    .replaceAll('$job', '.+')
    .replaceAll('$instance', '.+');

/** The real Prometheus beside a server as operators run it, under the replay. */
describe('with Prometheus', () => {
  let database: TestDatabase;
  let collector: OtlpReceiver;
  let server: TestServer;
  let prometheus: TestPrometheus;

  before(async () => {
    database = await createTestDatabase();
    collector = await startOtlpReceiver();
    server = await startProcess(database.url, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      CANARY: 'on',
      CANARY_INTERVAL_MS: '10000',
    });
    prometheus = await startPrometheus(new URL(server.metricsUrl).host, [
      file('grafana/prometheus/rules.yml'),
      file('grafana/prometheus/alerts.yml'),
    ]);
    await eventually('the first scrape', async () => (await prometheus.query('parley_sends_total')).length > 0);
    const { code, stdout, stderr } = await runTool(
      'bench/replay.ts',
      ['--url', server.url, file('test/fixtures/dialogues.jsonl'), '--concurrency', '4'],
      { DATABASE_URL: database.url, AUTH_SECRET },
    );
    assert.equal(code, 0, stdout + stderr);
    const cleo = await connect({ after: (work) => after(work as () => Promise<void>) }, server);
    await assert.rejects(cleo.send(randomUUID(), 'into a conversation that is not hers'), OperationError);
    await eventually('a scrape after the replay', async () => {
      const [answer] = await prometheus.query('sum(parley_surveys_total)');
      return answer && answer.value > 0;
    });
  });
  after(async () => {
    await prometheus?.stop();
    await server?.stop();
    await collector?.stop();
    await database?.drop();
  });

  test('its own check of names, types and help texts has nothing to say', async () => {
    const checking = promisify(execFile)('promtool', ['check', 'metrics']);
    checking.child.stdin!.end(await (await fetch(server.metricsUrl)).text());
    const { stdout, stderr } = await checking;
    assert.equal(stdout + stderr, '');
  });

  for (const { name, dashboard } of dashboards) {
    test(`every query of the dashboard “${name}” returns data`, async () => {
      for (const { title, targets } of panelsOf(dashboard)) {
        for (const { expr, legendFormat } of targets) {
          const query = filledIn(expr);
          const found = () => prometheus.query(query);
          if (withoutData[`${title} / ${legendFormat}`]) assert.deepEqual(await found(), [], `${title}: has data now`);
          else
            await eventually(`${title}: ${query}`, async () =>
              (await found()).some(({ value }) => !Number.isNaN(value)),
            );
        }
      }
    });
  }

  test('every metric that an alert reads is there', async () => {
    const { groups } = await prometheus.ask('rules', {});
    const known = new Set(await prometheus.ask('label/__name__/values', {}));
    const absentWhenAllIsWell = new Set(['parley_database_replication_lag_seconds']);
    let looked = 0;
    for (const { rules } of groups) {
      for (const { name, query, lastError, health } of rules) {
        assert.equal(health, 'ok', `${name}: ${lastError}`);
        for (const [metric] of query.matchAll(/\b(parley|nodejs|process|otel)_\w+/g)) {
          looked++;
          assert.ok(
            known.has(metric) || absentWhenAllIsWell.has(metric),
            `${name} reads ${metric}, which is not there`,
          );
        }
      }
    }
    assert.ok(looked > 50);
  });

  test('a latency leads to the trace of a message that had it', async () => {
    const now = Date.now() / 1000;
    const exemplars = await eventually('exemplars', async () => {
      const found = await prometheus.ask('query_exemplars', {
        query: 'parley_commit_to_delivered_seconds_bucket',
        start: String(now - 120),
        end: String(now + 10),
      });
      return found.flatMap((series: any) => series.exemplars).length > 0 && found;
    });
    const traces = new Set(collector.spans.map(({ traceId }) => traceId));
    for (const { labels } of exemplars.flatMap((series: any) => series.exemplars))
      assert.ok(traces.has(labels.trace_id));
  });
});
