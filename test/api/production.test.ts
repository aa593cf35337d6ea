import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect, type OperationError } from '../harness/actor.ts';
import { type Ask, overBothTransports } from './over-both-transports.ts';
import { startForFile } from './start-for-file.ts';

const production = await startForFile({ NODE_ENV: 'production' });
const development = await startForFile({ NODE_ENV: 'development' });

type Actor = Parameters<Ask>[0];
const errorsOf = async (ask: Ask, actor: Actor, document: string, variables?: Record<string, unknown>) => {
  const { promise, resolve, reject } = Promise.withResolvers<OperationError['errors']>();
  ask(actor, document, variables).then(
    () => reject(new Error('it was answered')),
    ({ errors }) => resolve(errors),
  );
  return promise;
};

const introspections = [
  '{ __schema { types { name } } }',
  '{ __type(name: "Message") { fields { name } } }',
  'query Sly { viewer { id } s: __schema { queryType { name } } }',
  '{ ...f } fragment f on Query { __schema { queryType { name } } }',
];

/** Mistakes of which graphql-js would say what was meant. */
const typos: [document: string, variables?: Record<string, unknown>][] = [
  ['{ viewr { id } }'],
  ['{ viewer { nam } }'],
  ['{ conversations(fist: 1) { edges { cursor } } }'],
  ['{ conversations(filter: { statu: [OPEN] }) { edges { cursor } } }'],
  ['{ conversations(filter: { status: [OPENED] }) { edges { cursor } } }'],
  ['{ node(id: "x") { ... on Conversatio { id } } }'],
  ['query ($s: [ConversationStatu!]) { conversations(filter: { status: $s }) { edges { cursor } } }'],
  [
    'query ($s: [ConversationStatus!]) { conversations(filter: { status: $s }) { edges { cursor } } }',
    { s: ['OPENED'] },
  ],
  ['query ($f: ConversationFilter) { conversations(filter: $f) { edges { cursor } } }', { f: { statuss: ['OPEN'] } }],
];

overBothTransports('in production there is no introspection', async (t, ask) => {
  const ada = await connect(t, production, { role: 'MANAGER' });
  for (const document of introspections) {
    const errors = await errorsOf(ask, ada, document);
    for (const { extensions } of errors) assert.equal(extensions?.code, 'GRAPHQL_VALIDATION_FAILED', document);
  }
  const { viewer } = await ask(ada, '{ viewer { __typename } }');
  assert.equal(viewer.__typename, 'Participant');
});

overBothTransports('in production errors do not suggest what was meant', async (t, ask) => {
  const ada = await connect(t, production, { role: 'MANAGER' });
  for (const [document, variables] of typos) {
    const errors = await errorsOf(ask, ada, document, variables);
    assert.doesNotMatch(JSON.stringify(errors), /did you mean/i, document);
  }
});

overBothTransports('elsewhere both help', async (t, ask) => {
  const ada = await connect(t, development, { role: 'MANAGER' });
  for (const document of introspections) await ask(ada, document);
  for (const [document, variables] of typos) {
    const errors = await errorsOf(ask, ada, document, variables);
    assert.match(JSON.stringify(errors), /did you mean/i, document);
  }
});

describe('a browser that opens /graphql', () => {
  const status = async (url: string) => {
    const response = await fetch(`${url}/graphql`, { headers: { accept: 'text/html,*/*;q=0.8' } });
    await response.body?.cancel();
    return response.status;
  };
  test('gets GraphiQL, but not in production', async () => {
    assert.equal(await status(development.url), 200);
    assert.equal(await status(production.url), 401);
  });
});
