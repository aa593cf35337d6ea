import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { openConversation, openDevice } from './client/devices.ts';
import { connect, OperationError } from './harness/actor.ts';
import * as documents from './harness/documents.ts';
import { execute } from './harness/execute.ts';
import type { ReceivedSpan } from './harness/otlp-receiver.ts';
import { start, startReceiver } from './harness/telemetry.ts';
import { startTopology } from './harness/topology.ts';
import { askOverHttp, askOverSocket } from './harness/whole-answer.ts';

const read = async (url: string) => (await fetch(url)).text();

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

  test('messages that share a statement link to it, and it to them; a receipt of many settles ten by spans', async (t) => {
    const receiver = await startReceiver(t);
    const { server } = await start(t, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    const cleo = await connect(t, server);
    const ada = await connect(t, server, { role: 'AGENT', name: 'Ada' });
    const id = await cleo.start();
    await ada.claim(id);
    const sent = await Promise.all(Array.from({ length: 50 }, (_, n) => cleo.send(id, `message ${n}`)));
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

    const again = await cleo.send(id, 'message 0', sent[0]!.id);
    assert.equal(again.duplicate, true);
    const retry = await receiver.waitFor((spans) =>
      spans.findLast(
        ({ name, attributes, events }) =>
          name === 'create conversation' && attributes['messaging.message.id'] === again.id && events.length > 0,
      ),
    );
    assert.deepEqual(retry.events, ['duplicate']);

    await ada.acknowledge(id, { readSeq: Math.max(...sent.map(({ seq }) => seq)) });
    const acknowledge = await receiver.waitFor((spans) => spans.find(({ name }) => name === 'mutation acknowledge'));
    assert.equal(acknowledge.attributes['parley.receipt.delivered'], 50);
    assert.equal(acknowledge.attributes['parley.receipt.read'], 50);
    const settled = receiver.spans.filter(({ name }) => name === 'settle conversation');
    assert.equal(settled.length, 20, 'ten delivered, ten read');
    for (const { links } of settled)
      assert.deepEqual(
        links.map(({ spanId }) => spanId),
        [acknowledge.spanId],
      );
  });

  test('what had to be repaired is in the trace: found by the sweep, served again', async (t) => {
    const receiver = await startReceiver(t);
    const { server } = await start(t, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, BUS: 'off', FOLLOW_PAGE: '1' });
    const cleo = await connect(t, server);
    const id = await cleo.start();
    const frames = cleo.follow(id);
    await frames.caughtUp();
    const { id: messageId, seq } = await cleo.send(id, 'on its own');
    await frames.seq(seq);
    const found = await receiver.waitFor((spans) =>
      spans.find(
        ({ name, attributes }) => name === 'process conversation' && attributes['messaging.message.id'] === messageId,
      ),
    );
    assert.equal(found.attributes['parley.delivery.via'], 'sweep');
    const fill = receiver.spans.find(({ name }) => name === 'fill conversation');
    assert.equal(fill?.attributes['parley.fill.reason'], 'sweep');
    assert.equal(fill?.attributes['parley.fill.events'], 1);
    assert.deepEqual(fill?.links, [{ traceId: found.traceId, spanId: found.parentSpanId! }]);

    const many = await Promise.all(Array.from({ length: 8 }, (_, n) => cleo.send(id, `one of many ${n}`)));
    await frames.seq(Math.max(...many.map((message) => message.seq)));
    const resync = await receiver.waitFor((spans) => spans.find(({ name }) => name === 'resync conversation'));
    assert.equal(resync.attributes['parley.resync.reason'], 'jump');
    assert.equal(resync.attributes['parley.resync.from_seq'], seq);
    assert.ok(Number(resync.attributes['parley.resync.events']) > 3);
  });

  test('with Parley’s client a trace begins in the browser, and receipts come back in it', async (t) => {
    const receiver = await startReceiver(t);
    const { server } = await start(t, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    const [traceId, click] = [randomUUID().replaceAll('-', ''), '00f067aa0ba902b7'];
    const cleo = await openDevice(t, server, {}, { traceparent: () => `00-${traceId}-${click}-01` });
    const ada = await openDevice(t, server, { role: 'AGENT', name: 'Ada' });
    const [theirs] = await openConversation(cleo, ada);
    await theirs.send('Hello').acknowledged;
    const trace = await receiver.waitFor((spans) => {
      const found = spans.filter((span) => span.traceId === traceId);
      const acknowledges = found.filter(({ name }) => name === 'mutation acknowledge');
      // Both devices say that they have it; one settles it.
      return acknowledges.length >= 2 && found.some(({ name }) => name === 'settle conversation') && found;
    });
    const one = (name: string) => trace.find((span) => span.name === name)!;
    assert.equal(one('mutation sendMessage').parentSpanId, click);
    const create = one('create conversation');
    const acknowledges = trace.filter(({ name }) => name === 'mutation acknowledge');
    for (const { parentSpanId } of acknowledges) assert.equal(parentSpanId, create.spanId);
    const settle = one('settle conversation');
    assert.equal(settle.parentSpanId, create.spanId);
    assert.ok(acknowledges.some(({ spanId }) => spanId === settle.links[0]?.spanId));
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
    await assert.rejects(
      cleo.post(documents.rate, { input: { conversationId: id, rating: 5, comment: 'a private comment' } }),
      OperationError,
    );
    const faults = await receiver.waitFor((spans) => {
      const found = spans.filter(({ name }) => name === 'mutation submitSurvey');
      return found.length === 2 && found;
    });
    assert.ok(
      faults.every(({ failed }) => failed),
      'a fault of ours is an error on both transports',
    );
    const told = [receiver.bytes().toString('latin1'), await read(server.metricsUrl), server.output.join('\n')];
    assert.ok(told[2]!.includes('an operation failed'), 'the refusal was logged');
    for (const secret of ['a private', 'Cleopatra', 'Adalbert', 'customer-number-4711', cleo.token, ada.token]) {
      for (const [i, where] of ['traces', 'metrics', 'log'].entries()) {
        assert.ok(!told[i]!.includes(secret), `"${secret.slice(0, 20)}" is in the ${where}`);
      }
    }
  });
});
