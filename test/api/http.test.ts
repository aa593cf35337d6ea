import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { type AuditRequirement, serverAudits } from 'graphql-http';
import { tokenFor } from '../harness/actor.ts';
import { startProcess } from '../harness/server.ts';
import { assertDiscreet } from './assert-discreet.ts';
import { badTokens } from './bad-tokens.ts';
import { startForFile } from './start-for-file.ts';

// A process of its own, because telemetry is preloaded there: it makes the trace ids.
const server = await startForFile({ HTTP_MAX_BODY_BYTES: '100000' }, startProcess);
const url = `${server.url}/graphql`;
const token = await tokenFor();
const authorization = `Bearer ${token}`;
const json = { 'content-type': 'application/json' };

type Answer = { status: number; headers: Headers; body: any };

/** Sends exactly this; every answer, whatever it is, has GraphQL's form, a trace id and no secrets. */
async function ask(init: RequestInit, search = ''): Promise<Answer> {
  const response = await fetch(url + search, init);
  const text = await response.text();
  assertDiscreet(text);
  const body = JSON.parse(text);
  assert.match(response.headers.get('content-type') ?? '', /^application\/(graphql-response\+)?json; charset=utf-8$/);
  assert.match(response.headers.get('cache-control') ?? '', /no-store|no-cache/);
  assert.match(body.extensions?.traceId, /^(?!0{32})[0-9a-f]{32}$/);
  if (!('data' in body)) {
    assert.ok(body.errors.length > 0);
    for (const { message, extensions } of body.errors) assert.ok(message && extensions.code, text);
  }
  return { status: response.status, headers: response.headers, body };
}

const post = (payload: unknown, headers: Record<string, string> = {}) =>
  ask({ method: 'POST', headers: { ...json, authorization, ...headers }, body: JSON.stringify(payload) });
const codeOf = ({ body }: Answer) => body.errors?.[0].extensions.code;
const start = (id: string) => `mutation { startConversation(input: { id: "${id}" }) { conversation { id } } }`;

async function assertNotStarted(id: string): Promise<void> {
  assert.equal(codeOf(await post({ query: `{ conversation(id: "${id}") { id } }` })), 'NOT_FOUND');
}

describe('the GraphQL-over-HTTP specification', () => {
  const fetchFn = (input: string, init: RequestInit = {}) =>
    fetch(input, { ...init, headers: { ...(init.headers as Record<string, string>), authorization } });
  const audits = serverAudits({ url, fetchFn });

  test('has 61 audits', () => assert.equal(audits.length, 61));
  for (const requirement of ['MUST', 'SHOULD', 'MAY'] satisfies AuditRequirement[]) {
    test(`${requirement}: all hold`, async () => {
      for (const { id, name, fn } of audits.filter((audit) => audit.name.startsWith(requirement))) {
        const result = await fn();
        if ('response' in result) await result.response.body?.cancel();
        assert.equal(result.status, 'ok', `${id}: ${name}: ${'reason' in result ? result.reason : ''}`);
      }
    });
  }
});

const badOnes = Object.entries(await badTokens());
describe('without a valid token', () => {
  for (const [what, bad] of badOnes) {
    test(`401 for ${what}`, async () => {
      const headers = bad === undefined ? json : { ...json, authorization: bad };
      const query = '{ viewer { id } }';
      const byPost = await ask({ method: 'POST', headers, body: JSON.stringify({ query }) });
      const byGet = await ask({ headers: bad === undefined ? {} : { authorization: bad } }, `?query=${query}`);
      for (const answer of [byPost, byGet]) {
        assert.equal(answer.status, 401);
        assert.equal(codeOf(answer), 'UNAUTHENTICATED');
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
        assert.equal(answer.body.data, undefined);
      }
    });
  }

  test('nothing is executed, not even a look at the schema', async () => {
    const id = randomUUID();
    const refused = await ask({ method: 'POST', headers: json, body: JSON.stringify({ query: start(id) }) });
    assert.equal(refused.status, 401);
    await assertNotStarted(id);
    const query = '{ __schema { types { name } } }';
    assert.equal((await ask({ method: 'POST', headers: json, body: JSON.stringify({ query }) })).status, 401);
  });

  test('a token in the URL or in a cookie is none', async () => {
    const query = '{viewer{id}}';
    // Seen by whatever keeps URLs, so it is not merely ignored: its owner learns of it.
    assert.equal((await ask({}, `?query=${query}&authorization=Bearer%20${token}&access_token=${token}`)).status, 400);
    assert.equal(
      (await ask({ headers: { cookie: `authorization=${token}; parley_session=${token}` } }, `?query=${query}`)).status,
      401,
    );
  });

  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    test(`a page elsewhere cannot post as ${type}`, async () => {
      const id = randomUUID();
      const body = JSON.stringify({ query: start(id) });
      const foreign = { 'content-type': type, origin: 'https://elsewhere.example', cookie: `parley_session=${token}` };
      assert.equal((await ask({ method: 'POST', headers: foreign, body })).status, 401);
      assert.equal((await ask({ method: 'POST', headers: { ...foreign, authorization }, body })).status, 400);
      await assertNotStarted(id);
    });
  }

  test('a page elsewhere is not allowed to read or to send Authorization', async () => {
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://elsewhere.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });
    await preflight.body?.cancel();
    assert.equal(preflight.headers.get('access-control-allow-origin'), null);
    assert.equal(preflight.headers.get('access-control-allow-headers'), null);
  });
});

describe('GET', () => {
  test('runs queries', async () => {
    const { status, body } = await ask({ headers: { authorization } }, '?query={viewer{role}}');
    assert.equal(status, 200);
    assert.deepEqual(body.data, { viewer: { role: 'CUSTOMER' } });
  });

  test('runs no mutation', async () => {
    const id = randomUUID();
    const answer = await ask({ headers: { authorization } }, `?query=${encodeURIComponent(start(id))}`);
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'POST');
    assert.equal(codeOf(answer), 'BAD_USER_INPUT');
    await assertNotStarted(id);
  });

  test('runs no mutation chosen by operationName from a document with a query', async () => {
    const id = randomUUID();
    const both = `query Q { viewer { id } } ${start(id).replace('mutation', 'mutation M')}`;
    const answer = await ask({ headers: { authorization } }, `?operationName=M&query=${encodeURIComponent(both)}`);
    assert.equal(answer.status, 405);
    await assertNotStarted(id);
  });
});

describe('what is refused before it is executed', () => {
  test('other methods', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE'])
      assert.equal(
        (await ask({ method, headers: { ...json, authorization }, body: '{"query":"{viewer{id}}"}' })).status,
        405,
      );
  });

  test('batches', async () => {
    const id = randomUUID();
    const answer = await post([{ query: start(id) }, { query: '{ viewer { id } }' }]);
    assert.equal(answer.status, 400);
    assert.equal(codeOf(answer), 'BAD_USER_INPUT');
    await assertNotStarted(id);
  });

  test('malformed JSON', async () => {
    for (const body of ['{"query":', 'null', '"{ viewer { id } }"', '']) {
      const answer = await ask({ method: 'POST', headers: { ...json, authorization }, body });
      assert.equal(answer.status, 400, body);
      assert.equal(codeOf(answer), 'BAD_USER_INPUT');
    }
  });

  test('a body that is too large, however its length is told', async () => {
    const body = JSON.stringify({ query: '{ viewer { id } }', variables: { padding: 'x'.repeat(100_000) } });
    const chunks = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(body));
        controller.close();
      },
    });
    for (const init of [{ body }, { body: chunks, duplex: 'half' as const }]) {
      const answer = await ask({ method: 'POST', headers: { ...json, authorization }, ...init });
      assert.equal(answer.status, 413);
      assert.equal(codeOf(answer), 'BAD_USER_INPUT');
    }
  });

  test('a charset that is not supported', async () => {
    const headers = { authorization, 'content-type': 'application/json; charset=klingon' };
    assert.equal((await ask({ method: 'POST', headers, body: '{}' })).status, 415);
  });

  test('persisted queries, in the words that clients understand', async () => {
    const answer = await post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } });
    assert.equal(answer.body.errors[0].message, 'PersistedQueryNotSupported');
  });

  test('a subscription, with a word on where it belongs', async () => {
    const query = `subscription { conversationUpdates(conversationId: "${randomUUID()}") { __typename } }`;
    const answer = await post({ query }, { accept: 'application/graphql-response+json' });
    assert.equal(answer.status, 400);
    assert.equal(codeOf(answer), 'BAD_USER_INPUT');
    assert.match(answer.body.errors[0].message, /WebSocket.*graphql-transport-ws/);
  });

  test('documents that do not parse, do not fit the schema, or leave open what to run', async () => {
    const cases: [payload: Record<string, unknown>, code: string][] = [
      [{ query: '{ viewer {' }, 'GRAPHQL_PARSE_FAILED'],
      [{ query: '{ viewer { shoeSize } }' }, 'GRAPHQL_VALIDATION_FAILED'],
      [{ query: 'query A { viewer { id } } query B { viewer { id } }' }, 'GRAPHQL_VALIDATION_FAILED'],
      [{ query: 'query A { viewer { id } }', operationName: 'B' }, 'GRAPHQL_VALIDATION_FAILED'],
      [{ query: 'query A($id: ID!) { conversation(id: $id) { id } }' }, 'BAD_USER_INPUT'],
    ];
    for (const [payload, code] of cases) {
      const strict = await post(payload, { accept: 'application/graphql-response+json' });
      assert.equal(strict.status, 400, code);
      const lenient = await post(payload, { accept: 'application/json' });
      assert.equal(lenient.status, 200, code);
      for (const answer of [strict, lenient]) {
        assert.equal(codeOf(answer), code);
        assert.equal(answer.body.data, undefined);
      }
    }
  });
});

describe('traces', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

  test('the caller’s trace goes on', async () => {
    assert.equal((await post({ query: '{ viewer { id } }' }, { traceparent })).body.extensions.traceId, traceId);
    const refused = await ask({ method: 'POST', headers: { ...json, traceparent }, body: '{"query":' });
    assert.equal(refused.body.extensions.traceId, traceId);
  });

  test('what is no traceparent starts a new one', async () => {
    for (const bad of ['rubbish', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `${traceparent}-more`]) {
      const { traceId: given } = (await post({ query: '{ viewer { id } }' }, { traceparent: bad })).body.extensions;
      assert.notEqual(given, traceId);
      assert.notEqual(given, '0'.repeat(32));
    }
  });

  test('each request has its own', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => post({ query: '{ viewer { id } }' })));
    assert.equal(new Set(answers.map(({ body }) => body.extensions.traceId)).size, 3);
  });
});
