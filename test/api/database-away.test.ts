import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { migrate } from '../../prisma/migrate.ts';
import { startEmbeddedPostgres } from '../../server/embedded-postgres.ts';
import { connect, tokenFor } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { execute } from '../harness/execute.ts';
import { range } from '../harness/range.ts';
import { seedMessages } from '../harness/seed-messages.ts';
import { startInProcess } from '../harness/server.ts';
import { assertDiscreet } from './assert-discreet.ts';
import { RawSocket } from './raw-socket.ts';
import { refused } from './refused.ts';

/** A client that is told UNAVAILABLE sooner than this can tell its user something. */
const FAST_MS = 5_000;
/** Long enough not to be read before PostgreSQL goes. */
const BACKLOG = 2_000;

/** A PostgreSQL of the test's own, to stop and start again. */
async function startPostgres(t: TestContext) {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-away-'));
  const quiet = { info() {}, warn() {}, error: console.error };
  let running = await startEmbeddedPostgres({ dataDir, log: quiet });
  const { url } = running;
  await migrate(url);
  t.after(async () => {
    await running.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  return {
    url,
    stop: () => running.stop(),
    async start() {
      running = await startEmbeddedPostgres({ dataDir, log: quiet });
      assert.equal(running.url, url);
    },
    /** SIGSTOP to all of it: connections stay open and nobody answers, as after a failover without a word. */
    async freeze() {
      const others =
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
      const backends = (await execute<{ pid: number }>(url, others)).map(({ pid }) => pid);
      const postmaster = Number.parseInt(await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10);
      const frozen = [postmaster, ...backends];
      for (const pid of frozen) process.kill(pid, 'SIGSTOP');
      const thaw = () => {
        for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
      };
      t.after(thaw);
      return { thaw };
    },
  };
}

test('PostgreSQL away: everything says so soon, and goes on by itself when it is back', async (t) => {
  const postgres = await startPostgres(t);
  // Short pages, so that it goes away in the middle of a backlog.
  const server = await startInProcess(postgres.url, { LOG_LEVEL: 'fatal', FOLLOW_PAGE: '2' });
  t.after(() => server.stop());
  const cleo = await connect(t, server);
  const ada = await connect(t, server, { role: 'AGENT' });
  const grace = await connect(t, server, { role: 'MANAGER' });
  const conversationId = await cleo.start();
  await ada.claim(conversationId);
  const { id: messageId } = await cleo.send(conversationId, 'Before');
  await cleo.post('{ viewer { id } }'); // from here on its token is known to HTTP too
  const [followed, inbox] = [ada.follow(conversationId, 0), ada.followInbox([])];
  const kpis = grace.subscribe('subscription { kpiOverview { messagesTotal } }');
  await Promise.all([followed.seq(3), inbox.seq(3)]);
  await kpis.until(({ kpiOverview }) => kpiOverview.messagesTotal === 1);
  const status = async (path: string) => {
    const response = await fetch(server.url + path);
    assertDiscreet(await response.text());
    return response.status;
  };
  assert.deepEqual([await status('/livez'), await status('/readyz')], [200, 200]);
  const long = await cleo.start();
  await seedMessages({ url: postgres.url }, { senderId: cleo.id, perConversation: BACKLOG, body: 'x' }, [long]);
  const backlogs = [cleo.follow(long, 0), cleo.followInbox([{ conversationId: long, seq: 100 }])];
  for (const frames of backlogs) await frames.until((frame) => (frame.update ?? frame).seq > 100, 'its backlog');

  await postgres.stop();

  const retried = { id: randomUUID(), conversationId, body: 'Meanwhile' };
  const attempts: [document: string, variables: Record<string, unknown>][] = [
    [documents.send, { input: retried }],
    [documents.conversation, { id: conversationId }],
    [documents.start, { input: {} }],
    [documents.edit, { input: { conversationId, messageId, body: 'Edited', version: 1 } }],
    [documents.remove, { input: { conversationId, messageId } }],
    [documents.acknowledge, { input: { conversationId, readSeq: 3 } }],
    [documents.type, { input: { conversationId, typing: true } }],
    [documents.close, { input: { conversationId } }],
    [documents.rate, { input: { conversationId, rating: 5 } }],
    ['{ conversations { edges { cursor } } }', {}],
    ['query ($id: ID!) { node(id: $id) { id } }', { id: messageId }],
  ];
  await t.test('operations are UNAVAILABLE soon, over both transports', async () => {
    for (const run of [cleo.run, cleo.post]) {
      for (const [document, variables] of attempts) {
        const startedAt = Date.now();
        await assert.rejects(run(document, variables), refused('UNAVAILABLE'), document);
        assert.ok(Date.now() - startedAt < FAST_MS, `${Date.now() - startedAt} ms for ${document}`);
      }
    }
  });

  await t.test('a hundred at once do not wait for each other', async () => {
    const startedAt = Date.now();
    const sends = Array.from({ length: 100 }, () => ({ input: { id: randomUUID(), conversationId, body: 'x' } }));
    await Promise.all(sends.map((input) => assert.rejects(cleo.run(documents.send, input), refused('UNAVAILABLE'))));
    assert.ok(Date.now() - startedAt < FAST_MS);
  });

  await t.test('so is whatever would begin now: a subscription, a new token, a new socket', async () => {
    const tooLate = cleo.follow(conversationId, 0);
    await tooLate.end();
    assert.equal(tooLate.all[0].errors[0].extensions.code, 'UNAVAILABLE');

    const authorization = `Bearer ${await tokenFor()}`;
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query: '{ viewer { id } }' }),
    });
    assert.equal(response.status, 503);
    const text = await response.text();
    assertDiscreet(text);
    assert.equal(JSON.parse(text).errors[0].extensions.code, 'UNAVAILABLE');

    // 1013, not 4403: clients come back after it with the same token.
    const socket = await RawSocket.open(t, server.url);
    socket.send({ type: 'connection_init', payload: { authorization } });
    assert.equal((await socket.closed).code, 1013);
  });

  await t.test('the process lives and is not ready', async () => {
    const startedAt = Date.now();
    assert.deepEqual([await status('/livez'), await status('/readyz')], [200, 503]);
    assert.ok(Date.now() - startedAt < FAST_MS);
    for (const { ended } of [followed, inbox, kpis, ...backlogs]) assert.equal(ended, undefined);
    for (const { seqs } of backlogs) assert.ok(!seqs.includes(BACKLOG), 'it was over before');
  });

  await postgres.start();

  await t.test('back again it is ready, the retry is stored once, and open subscriptions go on', async () => {
    const deadline = Date.now() + 15_000;
    while ((await status('/readyz')) !== 200 && Date.now() < deadline) await pause(50);
    assert.equal(await status('/readyz'), 200);
    const first = await cleo.run(documents.send, { input: retried });
    const again = await cleo.post(documents.send, { input: retried });
    assert.deepEqual([first.sendMessage.duplicate, again.sendMessage.duplicate], [false, true]);
    assert.equal(first.sendMessage.message.seq, 4);
    await Promise.all([followed.seq(4), inbox.seq(4)]);
    assert.deepEqual(
      [followed.seqs, inbox.seqs],
      [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ],
    );
    for (const frames of backlogs) await frames.seq(BACKLOG);
    const ofLong = backlogs.map(({ all }) =>
      all.map((frame) => frame.update ?? frame).filter((one) => one.conversationId === long && one.seq),
    );
    assert.deepEqual(
      ofLong.map((events) => events.map(({ seq }) => seq)),
      [range(1, BACKLOG), range(101, BACKLOG)],
    );
    await kpis.until(({ kpiOverview }) => kpiOverview.messagesTotal >= 2);
    assert.equal((await connect(t, server)).id.length, 36);
  });
});

test('PostgreSQL frozen: nobody waits for it longer than a statement may run, and it goes on when it moves again', async (t) => {
  const postgres = await startPostgres(t);
  const server = await startInProcess(postgres.url, { LOG_LEVEL: 'fatal', DATABASE_STATEMENT_TIMEOUT_MS: '2000' });
  t.after(() => server.stop());
  const cleo = await connect(t, server);
  const conversationId = await cleo.start();
  const followed = cleo.follow(conversationId, 0);
  await followed.caughtUp();
  await cleo.send(conversationId, 'Before');
  const { thaw } = await postgres.freeze();
  const askedAt = Date.now();
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${server.url}/readyz`)));
  assert.ok(answers.every(({ status }) => status === 503));
  assert.ok(Date.now() - askedAt < 3_000, `${Date.now() - askedAt} ms`);

  const retried = { id: randomUUID(), conversationId, body: 'Meanwhile' };
  const operations: [document: string, variables: Record<string, unknown>][] = [
    [documents.send, { input: retried }],
    [documents.conversation, { id: conversationId }],
    [documents.acknowledge, { input: { conversationId, readSeq: 1 } }],
    [documents.close, { input: { conversationId } }],
  ];
  const startedAt = Date.now();
  await Promise.all(
    operations.map(([document, variables]) =>
      assert.rejects(cleo.run(document, variables), refused('UNAVAILABLE'), document),
    ),
  );
  assert.ok(Date.now() - startedAt < FAST_MS, `${Date.now() - startedAt} ms`);
  thaw();

  // Whether the first attempt was stored is not known; that there is one message is.
  for (;;) {
    const sent = await cleo.run(documents.send, { input: retried }).catch(refused('UNAVAILABLE'));
    if (sent !== true) break;
  }
  await followed.seq(2);
  assert.deepEqual(followed.seqs, [1, 2]);
});
