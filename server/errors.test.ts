import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildSchema, GraphQLError, graphqlSync, parse, validate } from 'graphql';
import {
  badInput,
  ChatError,
  conflict,
  databaseErrorCode,
  isDatabaseAway,
  isWorthRepeating,
  notFound,
  toClientError,
} from './errors.ts';

const schema = buildSchema(`
  type Query { messages(first: Int!, filter: Filter): Int  length: Int }
  input Filter { status: [Status!], text: String! }
  enum Status { OPEN CLOSED }
`);

function translate(error: GraphQLError, hideSuggestions = false) {
  const reported: unknown[] = [];
  const { message, extensions, path } = toClientError(error, (cause) => reported.push(cause), { hideSuggestions });
  return { message, extensions, path, reported };
}
const thrown = (originalError: unknown) =>
  new GraphQLError('wrapped', { originalError: originalError as Error, path: ['f'] });

describe('what a client sees of', () => {
  test('a ChatError: its message, code and details', () => {
    const { message, extensions, path, reported } = translate(thrown(badInput('body', 'must not be empty.')));
    assert.deepEqual([message, extensions], ['body: must not be empty.', { code: 'BAD_USER_INPUT', field: 'body' }]);
    assert.deepEqual([path, reported], [['f'], []]);
    assert.deepEqual(translate(thrown(conflict('Taken.', { message: { id: '1' } }))).extensions, {
      code: 'CONFLICT',
      message: { id: '1' },
    });
  });

  test('one that is wrapped several times', () => {
    const wrapped = thrown(thrown(notFound('conversation')));
    assert.equal(translate(wrapped).extensions.code, 'NOT_FOUND');
  });

  test('details that would change the code: the code', () => {
    assert.equal(translate(thrown(new ChatError('FORBIDDEN', 'No.', { code: 'OK' }))).extensions.code, 'FORBIDDEN');
  });

  test('a database that is away: that nothing was lost', () => {
    const { message, extensions, reported } = translate(
      thrown(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })),
    );
    assert.equal(extensions.code, 'UNAVAILABLE');
    assert.match(message, /nothing was lost/);
    assert.deepEqual(reported, []);
  });

  test('anything else: nothing, and the log sees it whole', () => {
    for (const cause of [new Error('SELECT secret FROM /srv/app.ts'), new TypeError('x is undefined')]) {
      const { message, extensions, reported } = translate(thrown(cause));
      assert.deepEqual(extensions, { code: 'INTERNAL_SERVER_ERROR' });
      assert.doesNotMatch(message, /secret|undefined|srv/);
      assert.deepEqual(reported, [cause]);
    }
  });

  test('an answer of ours that does not fit its type: nothing of the value', () => {
    const { errors } = graphqlSync({ schema, source: '{ length }', rootValue: { length: 5_000_000_000 } });
    const { message, extensions, reported } = translate(errors![0]!);
    assert.deepEqual(extensions, { code: 'INTERNAL_SERVER_ERROR' });
    assert.doesNotMatch(message, /5000000000/);
    assert.equal(reported.length, 1);
  });

  test('a document that does not fit: graphql-js’ own words', () => {
    const [error] = validate(schema, parse('{ messages(first: 1) lenght }'));
    assert.equal(translate(error!).message, 'Cannot query field "lenght" on type "Query". Did you mean "length"?');
    assert.equal(translate(error!, true).message, 'Cannot query field "lenght" on type "Query".');
    assert.deepEqual(translate(error!).extensions, { code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  test('Apollo’s codes: ours', () => {
    for (const [theirs, ours] of [
      ['BAD_REQUEST', 'BAD_USER_INPUT'],
      ['OPERATION_RESOLUTION_FAILURE', 'GRAPHQL_VALIDATION_FAILED'],
      ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_PARSE_FAILED'],
    ])
      assert.equal(translate(new GraphQLError('x', { extensions: { code: theirs } })).extensions.code, ours);
  });
});

describe('variables name the field that is wrong', () => {
  const query = 'query ($first: Int!, $filter: Filter) { messages(first: $first, filter: $filter) }';
  const withDefault = 'query ($first: Int = 1) { messages(first: $first) }';
  const cases: [source: string, variables: Record<string, unknown>, field: string][] = [
    [query, {}, 'first'],
    [query, { first: null }, 'first'],
    [query, { first: 2 ** 31 }, 'first'],
    [query, { first: 1, filter: 7 }, 'filter'],
    [query, { first: 1, filter: {} }, 'text'],
    [query, { first: 1, filter: { text: null } }, 'text'],
    [query, { first: 1, filter: { text: 'x', status: ['OPEND'] } }, 'status'],
    [query, { first: 1, filter: { text: 'x', stauts: [] } }, 'stauts'],
    [withDefault, { first: null }, 'first'],
  ];
  for (const [source, variableValues, field] of cases) {
    test(`${JSON.stringify(variableValues)}: ${field}`, () => {
      const { errors } = graphqlSync({ schema, source, variableValues });
      assert.deepEqual(translate(errors![0]!).extensions, { code: 'BAD_USER_INPUT', field });
      assert.doesNotMatch(translate(errors![0]!, true).message, /did you mean/i);
    });
  }
});

describe('PostgreSQL’s errors are found in what Prisma wraps them in', () => {
  const raw = (code: string) => ({
    code: 'P2010',
    meta: { driverAdapterError: { cause: { originalCode: code, kind: 'postgres' } } },
  });
  test('the SQLSTATE', () => {
    assert.equal(databaseErrorCode(raw('57P01')), '57P01');
    assert.equal(databaseErrorCode({ code: 'P2024' }), 'P2024');
    assert.equal(databaseErrorCode(new Error('x', { cause: { code: 'ETIMEDOUT' } })), 'ETIMEDOUT');
    for (const none of [undefined, null, 'x', new Error('x')]) assert.equal(databaseErrorCode(none), undefined);
  });

  test('what means that it is away', () => {
    for (const code of ['57P01', '57P03', '53300', '08006', '55P03', '57014', '25006', '55000'])
      assert.ok(isDatabaseAway(raw(code)), code);
    for (const code of ['ECONNREFUSED', 'ENOENT', 'P1001', 'P2024']) assert.ok(isDatabaseAway({ code }), code);
    for (const words of [
      'Connection terminated unexpectedly',
      'Query read timeout',
      'timeout exceeded when trying to connect',
    ])
      assert.ok(isDatabaseAway(new Error('x', { cause: new Error(words) })), words);
    for (const code of ['23505', '22021', '42P01', '40001']) assert.ok(!isDatabaseAway(raw(code)), code);
    for (const other of [undefined, null, new Error('no such column'), 'ECONNREFUSED'])
      assert.ok(!isDatabaseAway(other));
  });

  test('what means that it is away for a pooler, and not what it passes on', () => {
    const passed = (words: string) => Object.assign(new Error(words), raw('08P01'));
    for (const words of [
      'server conn crashed?',
      'query_wait_timeout',
      'server login has been failing, try again later (server_login_retry)',
      'no more connections allowed (max_client_conn)',
    ])
      assert.ok(isDatabaseAway(passed(`Database error. Code: \`08P01\`. Message: \`${words}\``)), words);
    for (const error of [passed('bind message supplies 1 parameters'), new Error('server conn crashed?')])
      assert.ok(!isDatabaseAway(error));
  });

  test('what means that it lost a race', () => {
    for (const code of ['40P01', '40001', '23505']) assert.ok(isWorthRepeating(raw(code)), code);
    assert.ok(isWorthRepeating({ code: 'P2002' }));
    for (const code of ['57P01', '22021']) assert.ok(!isWorthRepeating(raw(code)), code);
  });

  test('a chain of causes that bites its tail is no endless search', () => {
    const ring: { cause?: unknown } = {};
    ring.cause = ring;
    assert.equal(databaseErrorCode(ring), undefined);
    assert.ok(!isDatabaseAway(ring));
  });
});
