import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ConfigError } from '../server/config.ts';
import { createLog } from '../server/telemetry/log.ts';
import { startMetricsServer } from '../server/telemetry/metrics-server.ts';
import { telemetry } from '../server/telemetry/telemetry.ts';
import { connect } from './harness/actor.ts';
import { execute } from './harness/execute.ts';
import type { TestDatabase } from './harness/postgres.ts';
import type { TestServer } from './harness/server.ts';
import { start, startReceiver } from './harness/telemetry.ts';
import { startTopology } from './harness/topology.ts';
import { askOverHttp, askOverSocket } from './harness/whole-answer.ts';

const read = async (url: string) => (await fetch(url)).text();

/** The value of a metric's line, whose labels are all of those given. */
function metric(metrics: string, name: string, labels: Record<string, string> = {}): number | undefined {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = metrics
    .split('\n')
    .find((l) => /^\w+/.exec(l)?.[0] === name && wanted.every((label) => l.includes(label)));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

describe('a collector that hangs', () => {
  test('slows neither sends nor the stop; what is dropped is counted', async (t) => {
    const receiver = await startReceiver(t, { answer: 'never' });
    const { server } = await start(t, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: '10',
      OTEL_BSP_MAX_QUEUE_SIZE: '50',
    });
    const cleo = await connect(t, server);
    const id = await cleo.start();
    await receiver.waitFor((spans) => spans.length > 0);

    let slowestMs = 0;
    for (let n = 0; n < 100; n++) {
      const startedAt = performance.now();
      await cleo.send(id, `message ${n}`);
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    }
    assert.ok(slowestMs < 5_000, `the slowest send took ${slowestMs} ms`);
    const metrics = await read(server.metricsUrl);
    const dropped = metric(metrics, 'otel_sdk_processor_span_processed_total', { error_type: 'queue_full' });
    assert.ok(dropped! > 100, `${dropped} spans were counted as dropped`);

    const startedAt = performance.now();
    await server.stop();
    assert.ok(performance.now() - startedAt < 5_000, 'the stop waits two seconds at the most');
  });
});

test('a collector that refuses is reported once, not with every batch', async (t) => {
  const receiver = await startReceiver(t, { answer: 400 });
  const { server } = await start(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '10',
    LOG_LEVEL: 'warn',
  });
  const cleo = await connect(t, server);
  for (let batch = 0; batch < 5; batch++) {
    const before = receiver.spans.length;
    await cleo.run('{ viewer { id } }');
    await receiver.waitFor((spans) => spans.length > before);
  }
  await server.stop();
  const complaints = server.output.filter((line) => line.includes('Telemetry could not be sent'));
  assert.equal(complaints.length, 1);
});

describe('one process', () => {
  let server: TestServer;
  let database: TestDatabase;

  let cleanUp: () => Promise<void>;

  before(async () => {
    ({ server, database } = await start({ after: (work) => (cleanUp = work) }));
  });
  after(() => cleanUp());

  test('serves metrics, with Parley’s own after a message', async (t) => {
    const cleo = await connect(t, server);
    const ada = await connect(t, server, { role: 'AGENT', name: 'Ada' });
    const id = await cleo.start();
    const frames = ada.follow(id);
    await frames.caughtUp();
    const { seq } = await cleo.send(id, 'Hello');
    await frames.seq(seq);

    const response = await fetch(server.metricsUrl);
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const metrics = await response.text();
    assert.equal(metric(metrics, 'parley_sends_total', { outcome: 'stored' }), 1);
    assert.equal(metric(metrics, 'parley_accepted_to_commit_seconds_count'), 1);
    assert.ok(metric(metrics, 'parley_accepted_to_commit_seconds_sum')! < 20, 'in seconds');
    assert.equal(metric(metrics, 'parley_sockets'), 2);
    assert.ok(metric(metrics, 'process_resident_memory_bytes')! > 2 ** 25);
    assert.ok(metric(metrics, 'nodejs_eventloop_lag_p99_seconds')! >= 0);
    assert.ok(metric(metrics, 'target_info', { service_name: 'parley' }));
    for (const line of metrics.split('\n').filter((l) => l && !l.startsWith('#'))) {
      assert.match(line, /^[a-z_\d]+(\{([a-z_]+="[^"]*",?)+\})? [-+.\deEINFainf]+$/);
    }
  });

  test('serves nothing else beside them', async () => {
    const { origin } = new URL(server.metricsUrl);
    assert.equal((await fetch(`${origin}/`)).status, 404);
    assert.equal((await fetch(`${origin}/graphql`)).status, 404);
    assert.equal((await fetch(server.metricsUrl, { method: 'POST' })).status, 405);
  });

  test('writes log lines with the trace that the client was told, on both transports', async (t) => {
    const cleo = await connect(t, server);
    const id = await cleo.start();
    await execute(database.url, 'ALTER TABLE survey RENAME TO survey_away');
    const query = 'query Broken($id: ID!) { conversation(id: $id) { survey { rating } } }';
    for (const ask of [askOverHttp, askOverSocket]) {
      const { errors, extensions } = await ask(server, cleo.token, { query, variables: { id } });
      assert.equal(errors[0].extensions.code, 'INTERNAL_SERVER_ERROR');
      assert.match(extensions.traceId, /^[0-9a-f]{32}$/);
      const line = server.output.findLast((l) => l.includes('an operation failed'));
      assert.equal(JSON.parse(line!).trace_id, extensions.traceId, ask.name);
    }
  });
});

test('a port in use is one clear line', async (t) => {
  const log = createLog({ LOG_LEVEL: 'silent' });
  const running = await startMetricsServer({ port: 0, host: '127.0.0.1', log });
  t.after(() => running.stop());
  const port = Number(new URL(running.url).port);
  await assert.rejects(startMetricsServer({ port, host: '127.0.0.1', log }), (error: Error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, new RegExp(`^METRICS_PORT is "${port}": [^\\n]+$`));
    return true;
  });
});

describe('without telemetry', () => {
  test('where nothing was preloaded all of it is a no-op', async (t) => {
    assert.equal(telemetry().running, false);
    const { first } = await startTopology(t, 'one process');
    const cleo = await connect(t, first);
    await cleo.send(await cleo.start(), 'Hello');
    assert.equal((await fetch(first.metricsUrl)).status, 503);
    await telemetry().shutdown();
  });

  test('OTEL_SDK_DISABLED switches it off', async (t) => {
    const { server } = await start(t, { OTEL_SDK_DISABLED: 'true' });
    const cleo = await connect(t, server);
    await cleo.send(await cleo.start(), 'Hello');
    assert.equal((await fetch(server.metricsUrl)).status, 503);
  });

  test('a variable that makes no sense is one line in the log, and the server runs', async (t) => {
    const { server } = await start(t, {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
      OTEL_TRACES_SAMPLER: 'sometimes',
    });
    const lines = server.output.filter((line) => line.includes('opentelemetry'));
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /OTEL_EXPORTER_OTLP_ENDPOINT is \\"collector:4318\\"/);
  });
});
