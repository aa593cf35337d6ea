import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { assertDiscreet } from '../api/assert-discreet.ts';
import { claimedConversation, rate, read } from '../api/operations.ts';
import { overBothTransports } from '../api/over-both-transports.ts';
import { refused } from '../api/refused.ts';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { readMetric } from '../harness/read-metric.ts';
import { errorsOf, roomInWindow, startAttacked } from './attack-server.ts';
import { floods, invalid } from './document-floods.ts';

/* What somebody with a token can try through operations, over HTTP and over the socket. */

const server = await startAttacked();

/** Refused in this time, or it is a way to keep the server busy. */
const QUICK_MS = 3_000;

overBothTransports('documents that ask for too much are refused quickly, and counted', async (t, ask) => {
  const mallory = await connect(t, server);
  for (const { what, document, limit, code = 'GRAPHQL_VALIDATION_FAILED' } of floods) {
    const before = await readMetric(server, 'parley_limited_total', { limit });
    const startedAt = performance.now();
    const errors = await errorsOf(ask(mallory, document));
    assert.ok(performance.now() - startedAt < QUICK_MS, `${what} took ${performance.now() - startedAt} ms`);
    assert.equal(errors[0]!.extensions!.code, code, `${what}: ${errors[0]!.message}`);
    assert.equal(await readMetric(server, 'parley_limited_total', { limit }), before + 1, what);
  }
});

overBothTransports('a page size in a variable counts like one that is written', async (t, ask) => {
  const mallory = await connect(t, server);
  const document = `query ($n: Int = 100, $m: Int) { conversations(first: $n) { edges { node {
    messages(last: $m) { edges { node { id body sender { id name } } } } } } } }`;
  for (const variables of [{ m: 100 }, { n: 100, m: null }, { m: 1_000_000_000 }, { m: -5 }, { n: 40, m: 60 }]) {
    const [error] = await errorsOf(ask(mallory, document, variables));
    assert.equal(error!.extensions!.code, 'GRAPHQL_VALIDATION_FAILED', JSON.stringify(variables));
    assert.match(error!.message, /costs \d+/);
  }
  await ask(mallory, document, { n: 10, m: 10 });
});

overBothTransports('documents that are not valid are refused quickly', async (t, ask) => {
  const mallory = await connect(t, server);
  for (const document of invalid) {
    const startedAt = performance.now();
    const errors = await errorsOf(ask(mallory, document));
    assert.ok(performance.now() - startedAt < QUICK_MS, document.slice(0, 80));
    assert.ok(errors.every(({ extensions }) => /^GRAPHQL_/.test(extensions!.code)));
    assertDiscreet(JSON.stringify(errors));
  }
});

overBothTransports('huge and negative pages', async (t, ask) => {
  const mallory = await connect(t, server);
  const conversationId = await mallory.start();
  const document = 'query ($id: ID!, $n: Int) { conversation(id: $id) { messages(first: $n) { edges { cursor } } } }';
  for (const n of [0, -1, 101, 2_147_483_647])
    await assert.rejects(ask(mallory, document, { id: conversationId, n }), refused('BAD_USER_INPUT', 'first'));
});

overBothTransports('what an operation costs adds up, for each participant alone', async (t, ask) => {
  const mallory = await connect(t, server);
  const document =
    '{ conversations(first: 100) { edges { node { messages(last: 15) { edges { node { id body } } } } } } }';
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => ask(mallory, document)));
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.errors[0]] : []));
  assert.ok(errors.length > 0 && errors.length < 60, `${errors.length} of 60 were refused`);
  for (const { extensions } of errors) {
    assert.equal(extensions.code, 'RATE_LIMITED');
    assert.ok(extensions.retryAfterMs > 0 && extensions.retryAfterMs <= 10_000);
  }
  await ask(await connect(t, server), document);
});

overBothTransports('introspection and suggestions', async (t, ask) => {
  const mallory = await connect(t, server, { role: 'MANAGER' });
  for (const document of [
    '{ __schema { types { name } } }',
    '{ __type(name: "Message") { name } }',
    '{ viewr { id } }',
  ]) {
    const errors = await errorsOf(ask(mallory, document));
    assert.equal(errors[0]!.extensions!.code, 'GRAPHQL_VALIDATION_FAILED');
    assert.doesNotMatch(JSON.stringify(errors), /did you mean/i);
    assertDiscreet(JSON.stringify(errors));
  }
});

overBothTransports('a cursor opens nothing that its reader may not see', async (t, ask) => {
  const { cleo, conversationId } = await claimedConversation(t, server);
  for (const body of ['a secret', 'another']) await cleo.send(conversationId, body);
  const page = `query ($id: ID!, $after: String) { conversation(id: $id) {
    messages(first: 1, after: $after) { edges { cursor node { id body } } pageInfo { endCursor } } } }`;
  const { endCursor } = (await ask(cleo, page, { id: conversationId })).conversation.messages.pageInfo;
  const list = 'query ($after: String) { conversations(first: 1, after: $after) { edges { cursor node { id } } } }';
  const [{ cursor }] = (await ask(cleo, list)).conversations.edges;

  const mallory = await connect(t, server);
  const own = await mallory.start();
  await assert.rejects(ask(mallory, page, { id: conversationId, after: endCursor }), refused('NOT_FOUND'));
  const elsewhere = await ask(mallory, page, { id: own, after: endCursor });
  assert.deepEqual(elsewhere.conversation.messages.edges, []);
  const listed = (await ask(mallory, list, { after: cursor })).conversations.edges;
  assert.ok(listed.every(({ node }: any) => node.id === own));
});

overBothTransports('fields that the server owns cannot be set', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const message = { id: randomUUID(), conversationId, body: 'x' };
  const owned: [document: string, input: Record<string, unknown>, field: string][] = [
    [documents.send, { ...message, senderId: ada.id }, 'senderId'],
    [documents.send, { ...message, seq: 1 }, 'seq'],
    [documents.send, { ...message, createdAt: '2020-01-01T00:00:00.000Z' }, 'createdAt'],
    [documents.start, { assigneeId: cleo.id }, 'assigneeId'],
    [documents.start, { status: 'CLOSED' }, 'status'],
    [documents.acknowledge, { conversationId, readSeq: 1, participantId: ada.id }, 'participantId'],
    [documents.rate, { conversationId, rating: 5, participantId: ada.id }, 'participantId'],
    [documents.type, { conversationId, typing: true, participantId: ada.id }, 'participantId'],
    [documents.send, { ...message, ['__proto__']: { senderId: ada.id } }, '__proto__'],
  ];
  for (const [document, input, field] of owned)
    await assert.rejects(ask(cleo, document, { input }), refused('BAD_USER_INPUT'), field);
});

overBothTransports('what is written stays what it was, and is only ever data', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const bodies = [
    '<script>alert(1)</script><img src=x onerror=alert(1)>',
    '[x](javascript:alert(1)) javascript:alert(1)',
    '=HYPERLINK("http://elsewhere.example","x") +1 -1 @SUM(A1)',
    'line\nbreak\r\n{"level":"error","msg":"forged"}',
    'bidi \u202e txt.exe \u2066 control \u0007\u001b[31m zero \u200b',
    '🏴‍☠️'.repeat(2_000).slice(0, 16_000),
    '𝕏'.repeat(8_000),
    "'; DROP TABLE message; --",
    '{{7*7}} #{7*7} %s %n',
  ];
  for (const body of bodies) {
    const input = { id: randomUUID(), conversationId, body };
    assert.equal((await ask(cleo, documents.send, { input })).sendMessage.message.body, body);
  }
  const edges = (await read(ask, ada, conversationId)).messages.edges;
  assert.deepEqual(
    edges.map(({ node }: any) => node.body),
    bodies,
  );
  for (const body of ['nul \0', 'lone \ud800', '𝕏'.repeat(8_001)]) {
    const input = { id: randomUUID(), conversationId, body };
    await assert.rejects(ask(cleo, documents.send, { input }), refused('BAD_USER_INPUT', 'body'));
  }
});

test('an answer is JSON to a browser, never a page', async (t) => {
  const { cleo, conversationId } = await claimedConversation(t, server);
  await cleo.send(conversationId, '<script>alert(1)</script>');
  const query = `{conversation(id:"${conversationId}"){messages{edges{node{body}}}}}`;
  const answer = await fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { authorization: `Bearer ${cleo.token}`, accept: 'text/html,*/*' },
  });
  assert.match(await answer.text(), /<script>/);
  assert.match(answer.headers.get('content-type')!, /^application\/(graphql-response\+)?json/);
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
});

describe('surveys', () => {
  overBothTransports('twice, for someone else, after the deadline, by a guesser', async (t, ask) => {
    const { cleo, ada, conversationId } = await claimedConversation(t, server);
    await cleo.run(documents.close, { input: { conversationId } });
    const first = await rate(ask, cleo, { conversationId, rating: 2, comment: '=cmd|calc <b>' });
    assert.equal((await rate(ask, cleo, { conversationId, rating: 4 })).id, first.id);
    await assert.rejects(rate(ask, ada, { conversationId, rating: 5 }), refused('FORBIDDEN'));
    const mallory = await connect(t, server);
    const guessed = await errorsOf(rate(ask, mallory, { conversationId, rating: 1 }));
    const absent = await errorsOf(rate(ask, mallory, { conversationId: randomUUID(), rating: 1 }));
    assert.deepEqual(guessed, absent);
    await execute(
      server.database.url,
      `UPDATE survey SET submitted_at = submitted_at - interval '2 hours' WHERE conversation_id = '${conversationId}'`,
    );
    await assert.rejects(rate(ask, cleo, { conversationId, rating: 5 }), refused('CONFLICT'));
    assert.equal((await read(ask, ada, conversationId)).survey.rating, 4);
  });

  overBothTransports('a guesser of conversations runs into a limit', async (t, ask) => {
    await roomInWindow(600_000, 20_000);
    const mallory = await connect(t, server);
    const codes = new Set<string>();
    for (let n = 0; n < 70; n++) {
      const [error] = await errorsOf(rate(ask, mallory, { conversationId: randomUUID(), rating: 1 }));
      codes.add(error!.extensions!.code);
    }
    assert.deepEqual([...codes], ['NOT_FOUND', 'RATE_LIMITED']);
  });
});

describe('sends', () => {
  for (const transport of ['run', 'post'] as const) {
    test(`by ${transport}: a customer who sends too much is told when to go on; a retry is answered all the same (D2)`, async (t) => {
      const cleo = await connect(t, server);
      const conversationId = await cleo.start();
      const first = { id: randomUUID(), conversationId, body: 'the first' };
      await cleo[transport](documents.send, { input: first });
      const sends = Array.from({ length: 150 }, () => randomUUID());
      const outcomes: PromiseSettledResult<any>[] = [];
      for (let round = 0; round < 4; round++)
        outcomes.push(
          ...(await Promise.allSettled(
            sends.map((id) =>
              cleo[transport](documents.send, { input: { id: round ? randomUUID() : id, conversationId, body: 'x' } }),
            ),
          )),
        );
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? outcome.reason.errors : []));
      // The window may have turned once on the way.
      assert.ok(refused.length > 0 && refused.length <= 301, `${refused.length} of 600`);
      for (const { extensions } of refused) {
        assert.equal(extensions.code, 'RATE_LIMITED');
        assert.ok(extensions.retryAfterMs > 0 && extensions.retryAfterMs <= 10_000);
      }
      const again = await cleo[transport](documents.send, { input: first });
      assert.equal(again.sendMessage.duplicate, true);
    });
  }
});

describe('what ends while a socket is open', () => {
  test('a membership: the stream ends with NOT_FOUND, and nothing that came after it was in it', async (t) => {
    const { cleo, ada, conversationId } = await claimedConversation(t, server);
    const frames = cleo.follow(conversationId, 0);
    await frames.caughtUp();
    await ada.run(documents.leave, { input: { conversationId, participantId: cleo.id } });
    await ada.send(conversationId, 'among ourselves');
    assert.equal(await frames.endCode(), 'NOT_FOUND');
    assert.doesNotMatch(JSON.stringify(frames.all), /among ourselves/);
    await assert.rejects(cleo.run(documents.conversation, { id: conversationId }), refused('NOT_FOUND'));
  });

  test('a token: the socket is closed with 4403 at that moment, and HTTP says 401', async (t) => {
    const cleo = await connect(t, server, { expiresInSeconds: 2 });
    const frames = cleo.follow(await cleo.start(), 0);
    await frames.caughtUp();
    assert.equal(await cleo.closed, 4403);
    await assert.rejects(cleo.post('{ viewer { id } }'), refused('UNAUTHENTICATED'));
  });

  test('a role: what only managers see stops', async (t) => {
    const sub = randomUUID();
    const mia = await connect(t, server, { sub, role: 'MANAGER' });
    const conversationId = await (await connect(t, server)).start();
    const frames = mia.follow(conversationId, 0);
    await frames.caughtUp();
    // The newest token says what somebody is; tokens tell their time in seconds.
    const issuedAt = Math.floor(Date.now() / 1_000);
    await eventually('the next second', () => Math.floor(Date.now() / 1_000) > issuedAt);
    await connect(t, server, { sub, role: 'CUSTOMER' });
    assert.equal(await frames.endCode(), 'NOT_FOUND');
    await assert.rejects(mia.run('{ kpiOverview { messagesTotal } }'), refused('FORBIDDEN'));
  });
});
