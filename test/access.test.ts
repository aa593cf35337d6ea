import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { createSchema } from '../server/graphql/schema.ts';
import { absent, attempts, type Target } from './access/attempts.ts';
import { readAccessTable } from './access/read-access-table.ts';
import { openScene, type Part, type Scene } from './access/scene.ts';
import { refused } from './api/refused.ts';
import { startForFile } from './api/start-for-file.ts';
import { type Actor, OperationError } from './harness/actor.ts';

/* docs/access.md, cell by cell, over both transports. */

const { columns, rows } = readAccessTable();
const server = await startForFile({ NODE_ENV: 'production' });
const cleanUps: (() => unknown)[] = [];
after(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});
const scene: Scene = await openScene({ after: (cleanUp: any) => void cleanUps.push(cleanUp) }, server);

type Transport = 'HTTP' | 'socket';
const mutations = new Set(Object.keys(createSchema().getMutationType()!.getFields()));
const isSubscription = (operation: string) => operation.startsWith('subscribe ');

/** Which keys of a target an operation is made from. */
function keysOf(operation: string): ReadonlySet<keyof Target> {
  const keys = new Set<keyof Target>();
  const noting = new Proxy({} as Target, {
    get: (_target, key) => {
      keys.add(key as keyof Target);
      return '';
    },
  });
  attempts[operation]!(noting, { token: '' });
  // Whatever is asked about all there is asks about a conversation too.
  if (/^(conversations|subscribe inbox)/.test(operation)) keys.add('conversationId');
  return keys;
}

/** A subscription is allowed when its first frame is no error. */
async function attempt(operation: string, actor: Actor, target: Target, transport: Transport): Promise<any> {
  const [document, variables] = attempts[operation]!(target, actor);
  if (transport === 'HTTP') return actor.post(document, variables);
  if (!isSubscription(operation)) return actor.run(document, variables);
  const frames = actor.subscribe(document, variables);
  try {
    if (!operation.includes('inbox')) {
      const first = await frames.until(() => true);
      if (first.errors) throw new OperationError(first.errors);
      return first;
    }
    // It has the conversation, or catches up with another one without it.
    const own = await actor.start();
    const has = (id: string) => (frame: any) => frame.inboxUpdates?.conversation.id === id;
    const seen = await frames.until((frame) => has(own)(frame) || has(target.conversationId)(frame));
    if (has(target.conversationId)(seen)) return seen;
    return { conversations: { edges: [] } };
  } finally {
    frames.stop();
  }
}

const errorsOf = (running: Promise<unknown>) =>
  running.then(
    (data) => assert.fail(`it was not refused: ${JSON.stringify(data)}`),
    (error: unknown) => {
      if (!(error instanceof OperationError)) throw error;
      return error.errors;
    },
  );

function expectation(operation: string, cell: string, transport: Transport): string {
  if (isSubscription(operation) && transport === 'HTTP') return 'BAD_USER_INPUT';
  const [, allowed, only] = /^(yes)(?: \((HTTP|socket)\))?$/.exec(cell) ?? [];
  return allowed && only && only !== transport ? 'BAD_USER_INPUT' : allowed ? 'yes' : cell;
}

async function tryCell(operation: string, part: Part, expected: string, transport: Transport): Promise<void> {
  const actor = scene.actors[part];
  const target = await scene.make(keysOf(operation), part);
  const tried = attempt(operation, actor, target, transport);
  if (expected === 'yes' || expected === 'not listed') {
    const answer = await tried;
    const listed = answer.conversations?.edges.some(({ node }: any) => node.id === target.conversationId);
    if (listed !== undefined) assert.equal(listed, expected === 'yes');
    if (mutations.has(operation.replace(/ \(.*/, ''))) scene.changed();
    return;
  }
  const errors = await errorsOf(tried);
  refused(expected)(new OperationError(errors));
  if (expected === 'NOT_FOUND')
    assert.deepEqual(errors, await errorsOf(attempt(operation, actor, absent(target), transport)));
}

describe('the table', () => {
  test('has a row for every operation of the schema, and tries each of its rows', () => {
    const schema = createSchema();
    const named = (type: { getFields(): object } | null | undefined, prefix = '') =>
      Object.keys(type?.getFields() ?? {}).map((field) => prefix + field);
    const operations = [
      ...named(schema.getQueryType()),
      ...named(schema.getMutationType()),
      ...named(schema.getSubscriptionType(), 'subscribe '),
    ];
    const inTable = new Set(rows.map(({ operation }) => operation.replace(/ \(.*/, '')));
    assert.deepEqual([...new Set(operations)].sort(), [...inTable].sort());
    assert.deepEqual(rows.map(({ operation }) => operation).sort(), Object.keys(attempts).sort());
    assert.equal(columns.length, 8);
  });

  test('is not just repeated by this test: a wrong cell fails', async () => {
    await assert.rejects(tryCell('conversation', 'stranger', 'yes', 'HTTP'), OperationError);
    await assert.rejects(tryCell('conversation', 'customer', 'NOT_FOUND', 'socket'), /was not refused/);
    await assert.rejects(tryCell('conversations', 'stranger', 'yes', 'HTTP'), assert.AssertionError);
  });
});

for (const { operation, cells } of rows) {
  describe(operation, () => {
    for (const part of Object.keys(cells).filter((column) => column !== 'nobody')) {
      test(part, async () => {
        for (const transport of ['HTTP', 'socket'] as const)
          await tryCell(operation, part as Part, expectation(operation, cells[part]!, transport), transport);
      });
    }

    test('nobody', async () => {
      const target = await scene.make(keysOf(operation), 'stranger');
      const [query, variables] = attempts[operation]!(target, { token: '' });
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const answer: any = await response.json();
      if (cells.nobody === 'yes (HTTP)') return assert.equal(answer.errors, undefined);
      assert.equal(response.status, 401);
      refused(cells.nobody!)(new OperationError(answer.errors));
    });
  });
}

test('nobody has no socket', async () => {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  assert.equal((await once(socket, 'close'))[0], 4403);
});
