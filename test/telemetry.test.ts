import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, type TestContext, test } from 'node:test';
import { ConfigError } from '../server/config.ts';
import { createLog } from '../server/telemetry/log.ts';
import { startMetricsServer } from '../server/telemetry/metrics-server.ts';
import { telemetry } from '../server/telemetry/telemetry.ts';
import { connect, OperationError } from './harness/actor.ts';
import * as documents from './harness/documents.ts';
import { execute } from './harness/execute.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from './harness/otlp-receiver.ts';
import { createTestDatabase, type TestDatabase } from './harness/postgres.ts';
import { type Env, startProcess, type TestServer } from './harness/server.ts';
import { startTopology } from './harness/topology.ts';
import { askOverHttp, askOverSocket } from './harness/whole-answer.ts';

/** One process as operators run it, with start.ts preloaded. */
async function start(t: { after(work: () => Promise<void>): void }, env: Env = {}) {
  const database = await createTestDatabase();
  const starting = startProcess(database.url, env);
  t.after(async () => {
    await (await starting).stop();
    await database.drop();
  });
  return { database, server: await starting };
}

async function startReceiver(t: TestContext, options?: Parameters<typeof startOtlpReceiver>[0]): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(options);
  t.after(() => receiver.stop());
  return receiver;
}

const read = async (url: string) => (await fetch(url)).text();

/** The value of a metric's line, whose labels are all of those given. */
function metric(metrics: string, name: string, labels: Record<string, string> = {}): number | undefined {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = metrics
    .split('\n')
    .find((l) => /^\w+/.exec(l)?.[0] === name && wanted.every((label) => l.includes(label)));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

describe('traces', () => {
  test('one message is one trace: mutation, database write, publish, delivery, receipts, over both processes', async (t) => {
    const receiver = await startReceiver(t);
    const { first, last } = await startTopology(t, 'two processes on Redis', {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    });
    const cleo = await connect(t, first);
    const ada = await connect(t, last, { role: 'AGENT', name: 'Ada' });
    const id = await cleo.start();
    await ada.claim(id);
    const frames = ada.follow(id);
    await frames.caughtUp();
    const message = await cleo.send(id, 'Hello');
    await frames.seq(message.seq);
    await ada.acknowledge(id, { readSeq: message.seq });

    const trace = await receiver.waitFor((spans) => {
      const create = spans.find(({ attributes }) => attributes['messaging.message.id'] === message.id);
      const found = spans.filter(({ traceId }) => traceId === create?.traceId);
      return found.length >= 7 && found;
    });
    const one = (name: string, where: (span: ReceivedSpan) => boolean = () => true) => {
      const found = trace.filter((span) => span.name === name && where(span));
      assert.equal(found.length, 1, name);
      return found[0]!;
    };
    const receipt = (kind: string) =>
      one('settle conversation', ({ attributes }) => attributes['parley.receipt'] === kind);

    const mutation = one('mutation sendMessage');
    const create = one('create conversation');
    assert.equal(mutation.parentSpanId, undefined);
    assert.equal(create.parentSpanId, mutation.spanId);
    const steps = [
      one('send_messages'),
      one('send conversation'),
      one('process conversation'),
      receipt('delivered'),
      receipt('read'),
    ];
    for (const step of steps) assert.equal(step.parentSpanId, create.spanId, step.name);
    assert.deepEqual(trace.map(({ kind }) => kind).sort(), [2, 4, 3, 3, 5, 3, 3].sort(), 'span kinds');
    assert.ok(trace.every(({ failed }) => !failed));

    const accept = { accept: 'application/openmetrics-text;version=1.0.0' };
    const openMetrics = await (await fetch(last.metricsUrl, { headers: accept })).text();
    assert.match(
      openMetrics,
      new RegExp(`commit_to_delivered_seconds_bucket.* # {trace_id="${create.traceId}"} [\\d.]+ `),
    );
    assert.match(openMetrics, /\n# EOF\n$/);

    const processOf = (span: ReceivedSpan) => span.resource['service.instance.id'];
    assert.notEqual(processOf(one('process conversation')), processOf(mutation), 'delivered by the other process');
    assert.equal(mutation.resource['service.name'], 'parley');
  });

  test('messages that share a statement link to it, and it to them', async (t) => {
    const receiver = await startReceiver(t);
    const { server } = await start(t, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    const cleo = await connect(t, server);
    const id = await cleo.start();
    await Promise.all(Array.from({ length: 50 }, (_, n) => cleo.send(id, `message ${n}`)));
    const { batch, writes } = await receiver.waitFor((spans) => {
      const batch = spans.find(({ name }) => name === 'send_messages batch');
      const size = batch?.attributes['db.operation.batch.size'];
      const writes = spans.filter(
        ({ name, links }) => name === 'send_messages' && links.some(({ spanId }) => spanId === batch?.spanId),
      );
      return batch && writes.length === Number(size) && { batch, writes };
    });
    assert.ok(writes.length > 1);
    assert.deepEqual(
      batch.links.map(({ spanId }) => spanId).sort(),
      writes.map(({ parentSpanId }) => parentSpanId!).sort(),
    );
    assert.equal(new Set(writes.map(({ traceId }) => traceId)).size, writes.length, 'each in a trace of its own');
    const create = receiver.spans.find(({ spanId }) => spanId === writes[0]!.parentSpanId);
    assert.ok(Number(create?.attributes['parley.accepted_to_commit_ms']) >= 0);
  });

  test('a client’s own trace goes on in the server, over HTTP and over the socket', async (t) => {
    const receiver = await startReceiver(t);
    const { server } = await start(t, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    const cleo = await connect(t, server);
    const [overHttp, overSocket] = [randomUUID(), randomUUID()].map((id) => id.replaceAll('-', ''));
    const traceparent = (traceId: string | undefined) => ({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` });

    const query = (name: string) => `query ${name} { viewer { id } }`;
    const http = await askOverHttp(server, cleo.token, { query: query('Me') }, traceparent(overHttp));
    assert.equal(http.extensions.traceId, overHttp);
    const payload = { query: query('MeToo'), extensions: traceparent(overSocket) };
    const socket = await askOverSocket(server, cleo.token, payload);
    assert.equal(socket.extensions.traceId, overSocket);

    for (const [traceId, name] of [
      [overHttp, 'Me'],
      [overSocket, 'MeToo'],
    ]) {
      const span = await receiver.waitFor((spans) =>
        spans.find((span) => span.attributes['graphql.operation.name'] === name),
      );
      assert.equal(span.name, 'query viewer', 'not by a name of the client’s: those have no end');
      assert.equal(span.traceId, traceId);
      assert.equal(span.parentSpanId, '00f067aa0ba902b7');
    }
  });

  test('nothing that people wrote or are called, and no token, is exported, measured or logged', async (t) => {
    const receiver = await startReceiver(t);
    const { server, database } = await start(t, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, LOG_LEVEL: 'trace' });
    const cleo = await connect(t, server, { name: 'Cleopatra Quux', sub: 'customer-number-4711' });
    const ada = await connect(t, server, { role: 'AGENT', name: 'Adalbert Vole' });
    const id = await cleo.start({ subject: 'a private subject' });
    await ada.claim(id);
    const message = await cleo.send(id, 'a private body');
    await ada.acknowledge(id, { readSeq: message.seq });
    await cleo.run(documents.edit, {
      input: { conversationId: id, messageId: message.id, body: 'a private edit', version: 1 },
    });
    await ada.run(documents.close, { input: { conversationId: id } });
    await assert.rejects(cleo.send(id, 'a private body, too late'), OperationError);
    // What PostgreSQL refuses, it quotes.
    await execute(database.url, `ALTER TABLE survey ADD CONSTRAINT never CHECK (comment NOT LIKE 'a private%')`);
    await assert.rejects(
      cleo.run(documents.rate, { input: { conversationId: id, rating: 5, comment: 'a private comment' } }),
      OperationError,
    );
    await receiver.waitFor((spans) => spans.find(({ name }) => name === 'mutation submitSurvey'));
    const told = [receiver.bytes().toString('latin1'), await read(server.metricsUrl), server.output.join('\n')];
    assert.ok(told[2]!.includes('an operation failed'), 'the refusal was logged');
    for (const secret of ['a private', 'Cleopatra', 'Adalbert', 'customer-number-4711', cleo.token, ada.token]) {
      for (const [i, where] of ['traces', 'metrics', 'log'].entries()) {
        assert.ok(!told[i]!.includes(secret), `"${secret.slice(0, 20)}" is in the ${where}`);
      }
    }
  });
});

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
    assert.ok(slowestMs < 1_000, `the slowest send took ${slowestMs} ms`);
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
