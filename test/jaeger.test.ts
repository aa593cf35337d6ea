import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { connect } from './harness/actor.ts';
import * as documents from './harness/documents.ts';
import { eventually } from './harness/eventually.ts';
import { hasJaeger, type JaegerSpan, startJaeger } from './harness/jaeger.ts';
import { start } from './harness/telemetry.ts';
import { askOverSocket } from './harness/whole-answer.ts';

/** test/traces.test.ts asserts the same, and more, on a receiver of our own, wherever it runs. */
if (hasJaeger) {
  test('Jaeger shows a message as one tree, found by the traceId of the sender’s response, and by the message’s id', async (t) => {
    const jaeger = await startJaeger();
    t.after(() => jaeger.stop());
    const { server } = await start(t, { OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.url });
    const cleo = await connect(t, server);
    const ada = await connect(t, server, { role: 'AGENT', name: 'Ada' });
    const conversationId = await cleo.start();
    await ada.claim(conversationId);
    const frames = ada.follow(conversationId);
    await frames.caughtUp();
    const messageId = randomUUID();
    const { data, extensions } = await askOverSocket(server, cleo.token, {
      query: documents.send,
      variables: { input: { id: messageId, conversationId, body: 'Hello' } },
    });
    const { seq } = data.sendMessage.message;
    await frames.seq(seq);
    await ada.acknowledge(conversationId, { readSeq: seq });

    const names = ['create conversation', 'send_messages', 'send conversation', 'process conversation'];
    const spans = await eventually('all spans of the message', async () => {
      const found = await jaeger.trace(extensions.traceId);
      return found.length >= 7 && found;
    });
    const named = (name: string) => spans.filter(({ operationName }) => operationName === name);
    const parentOf = ({ references }: JaegerSpan) =>
      spans.find(({ spanID }) => spanID === references.find(({ refType }) => refType === 'CHILD_OF')?.spanID);
    const [create] = named('create conversation');
    assert.equal(parentOf(create!)?.operationName, 'mutation sendMessage');
    for (const name of names.slice(1)) assert.equal(parentOf(named(name)[0]!), create, name);
    const receipts = named('settle conversation');
    assert.deepEqual(receipts.map(({ tags }) => tags.find(({ key }) => key === 'parley.receipt')?.value).sort(), [
      'delivered',
      'read',
    ]);
    for (const receipt of receipts) assert.equal(parentOf(receipt), create);
    assert.deepEqual(await jaeger.find('messaging.message.id', messageId), [extensions.traceId]);
  });
}
