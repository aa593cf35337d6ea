import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { connect, type OperationError } from '../harness/actor.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { startProcess } from '../harness/server.ts';
import { startForFile } from './start-for-file.ts';

const journey = `query ($id: ID!) { messageJourney(messageId: $id) {
  message { id seq sentAt createdAt }
  publishing { state publishedAt swept failedAttempts lastError nextAttemptAt setAsideAt replayedAt }
  recipients { participant { id } status deliveredAt readAt leftAt }
  timesKeptSince traceId traceUrl
} }`;

// Nobody takes the traces: that they are recorded is what makes a link lead somewhere.
const server = await startForFile(
  { JAEGER_URL: 'http://jaeger.example/', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', LOG_LEVEL: 'silent' },
  startProcess,
);

test('the journey of a message: who has it since when, as each receipt said, and the way into Jaeger', async (t) => {
  const cleo = await connect(t, server);
  const ada = await connect(t, server, { role: 'AGENT', name: 'Ada' });
  const max = await connect(t, server, { role: 'MANAGER', name: 'Max' });
  const id = await cleo.start();
  await ada.claim(id);
  const first = await cleo.send(id, 'one');
  const second = await cleo.send(id, 'two');
  await ada.acknowledge(id, { deliveredSeq: first.seq });
  await ada.acknowledge(id, { readSeq: second.seq });

  const read = async (messageId: string, who = max) => (await who.run(journey, { id: messageId })).messageJourney;
  const whole = await eventually('its times', async () => {
    const found = await read(first.id);
    return found.publishing.publishedAt && found.recipients[0].readAt && found;
  });
  assert.equal(whole.message.id, first.id);
  assert.equal(whole.publishing.state, 'PUBLISHED');
  assert.equal(whole.publishing.failedAttempts, 0);
  assert.equal(whole.publishing.swept, false);
  assert.equal(whole.recipients.length, 1, 'who wrote it is no recipient');
  const [recipient] = whole.recipients;
  assert.equal(recipient.participant.id, ada.id);
  assert.equal(recipient.status, 'READ');
  const times = [whole.message.createdAt, recipient.deliveredAt, recipient.readAt];
  assert.deepEqual(times, times.toSorted());
  assert.match(whole.traceId, /^[0-9a-f]{32}$/);
  assert.equal(whole.traceUrl, `http://jaeger.example/trace/${whole.traceId}`);
  assert.ok(Date.parse(whole.timesKeptSince) < Date.now());
  assert.deepEqual((await read(first.id, ada)).recipients, whole.recipients, 'agents see it too');

  // One receipt said both of the second.
  const [ofSecond] = (await read(second.id)).recipients;
  assert.equal(ofSecond.deliveredAt, ofSecond.readAt);

  // Where the time is not kept, it is not made up from what came later.
  await execute(server.database.url, `DELETE FROM journey_moment WHERE conversation_id = '${id}'`);
  const third = await cleo.send(id, 'three');
  await ada.acknowledge(id, { readSeq: third.seq });
  await eventually('the newest times', async () => (await read(third.id)).recipients[0].readAt);
  const [unknown] = (await read(first.id)).recipients;
  assert.deepEqual([unknown.status, unknown.deliveredAt, unknown.readAt], ['READ', null, null]);

  // What waits says so.
  await execute(
    server.database.url,
    `INSERT INTO outbox (conversation_id, seq, attempts, last_error, available_at) VALUES ('${id}', ${third.seq}, 3, 'refused', now() + interval '1 hour')`,
  );
  const waiting = (await read(third.id)).publishing;
  assert.deepEqual([waiting.state, waiting.failedAttempts, waiting.lastError], ['WAITING', 3, 'refused']);
  assert.ok(Date.parse(waiting.nextAttemptAt) > Date.now());

  for (const messageId of [randomUUID(), id])
    await assert.rejects(read(messageId), (error: OperationError) => error.code === 'NOT_FOUND');
  await assert.rejects(read(first.id, cleo), (error: OperationError) => error.code === 'FORBIDDEN');
});
