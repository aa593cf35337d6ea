import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { connect } from '../harness/actor.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { openLab } from '../harness/lab.ts';
import { startLink } from '../harness/link.ts';
import { readMetric } from '../harness/read-metric.ts';

const idStartingWith = (digit: string) => digit + randomUUID().slice(1);

test('D5: a process of its own relays what a killed one had committed, and sets aside what it cannot', async (t) => {
  const lab = await openLab(t);
  const toRedis = await startLink(() => [{ port: lab.redis.port, host: '127.0.0.1' }]);
  t.after(() => toRedis.close());
  // Only the relay sweeps, and only by the bus does a follower learn of anything.
  const servesOnly = { OUTBOX_SWEEP: 'off', HEAD_SWEEP: 'off' };
  const doomed = await lab.startProcess({ ...servesOnly, REDIS_URL: `redis://127.0.0.1:${toRedis.port}` });
  const other = await lab.startInProcess(servesOnly);
  const cleo = await connect(t, doomed, { sub: 'cleo' });
  const elsewhere = await connect(t, other, { sub: 'cleo' });
  const id = await cleo.start({ id: idStartingWith('e') });
  const denied = await cleo.start({ id: idStartingWith('d') });
  const frames = elsewhere.follow(id, 0);
  await frames.caughtUp();

  // Committed and acknowledged; the publish is under way, and dies with its process.
  toRedis.hold('there');
  const sent = await cleo.send(id, 'Are you there?');
  await cleo.send(denied, 'Nobody may publish this.');
  await doomed.kill();
  const left = await execute(lab.database.url, 'SELECT 1 FROM outbox');
  assert.equal(left.length, 2);
  assert.deepEqual(frames.seqs, []);

  const topics = ['presence', 'participants', 'inbox:*', 'conversation:[^d]*'].map((topic) => `&parley:${topic}`);
  await lab.redis.run('ACL', 'SETUSER', 'relay', 'on', '>secret', '+@all', '~*', 'resetchannels', ...topics);
  const relay = await lab.startRelay({
    REDIS_URL: lab.redis.url.replace('redis://', 'redis://relay:secret@'),
    OUTBOX_MAX_ATTEMPTS: '1',
    LOG_LEVEL: 'fatal',
  });
  const { message } = await frames.seq(sent.seq);
  assert.equal(message.id, sent.id);
  await eventually('the outbox is empty', async () => {
    const rows = await execute(lab.database.url, 'SELECT 1 FROM outbox');
    return rows.length === 0;
  });
  const letters = await execute<{ id: string; error: string }>(
    lab.database.url,
    'SELECT conversation_id::text AS id, last_error AS error FROM dead_letter',
  );
  assert.deepEqual(
    letters.map(({ id, error }) => [id, error.split(' ')[0]]),
    [[denied, 'NOPERM']],
  );
  // Once, or again where its deletion came after the lease.
  assert.ok((await readMetric(relay, 'parley_outbox_published_total', { via: 'sweep' })) >= 1);

  const status = async (path: string) => (await fetch(new URL(path, relay.metricsUrl))).status;
  assert.deepEqual([await status('/livez'), await status('/readyz'), await status('/graphql')], [200, 200, 404]);
  await lab.redis.stop();
  await eventually('it says that Redis is away', async () => (await status('/readyz')) === 503);
  assert.equal(await relay.stop(), 0);
});
