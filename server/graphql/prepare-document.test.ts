import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildSchema } from 'graphql';
import { createPrepareDocument, type PreparedDocument } from './prepare-document.ts';

const schema = buildSchema('type Query { name: String }');
const codes = (prepared: PreparedDocument) =>
  'errors' in prepared ? prepared.errors.map(({ extensions }) => extensions.code) : [];

describe('a document', () => {
  const prepare = createPrepareDocument({ schema, production: false });

  test('is parsed and validated once', () => {
    assert.equal(prepare('{ name }'), prepare('{ name }'));
    assert.equal(prepare('{ nam }'), prepare('{ nam }'));
    assert.notEqual(prepare('{ name }'), prepare('{ name  }'));
  });

  test('that is long is not kept', () => {
    const long = `{ name } #${' '.repeat(20_000)}`;
    assert.notEqual(prepare(long), prepare(long));
    assert.deepEqual(codes(prepare(long)), []);
  });

  test('that cannot run has a code', () => {
    assert.deepEqual(codes(prepare('{')), ['GRAPHQL_PARSE_FAILED']);
    assert.deepEqual(codes(prepare('')), ['GRAPHQL_PARSE_FAILED']);
    assert.deepEqual(codes(prepare('{ a b }')), ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_VALIDATION_FAILED']);
  });

  test('looks at the schema, but not in production', () => {
    const introspection = '{ __schema { types { name } } }';
    assert.deepEqual(codes(prepare(introspection)), []);
    const inProduction = createPrepareDocument({ schema, production: true });
    assert.ok(codes(inProduction(introspection)).every((code) => code === 'GRAPHQL_VALIDATION_FAILED'));
    assert.ok(codes(inProduction(introspection)).length > 0);
    assert.deepEqual(codes(inProduction('{ __typename name }')), []);
  });
});
