import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildSchema } from 'graphql';
import { loadConfig } from '../config.ts';
import { createDocumentLimits } from './document-limits.ts';
import { createPrepareDocument, type PreparedDocument } from './prepare-document.ts';

const schema = buildSchema('type Query { name: String }');
const refusedBy: string[] = [];
const limits = createDocumentLimits(loadConfig({}), (limit) => refusedBy.push(limit));
const codes = (prepared: PreparedDocument) =>
  'errors' in prepared ? prepared.errors.map(({ extensions }) => extensions.code) : [];

describe('a document', () => {
  const prepare = createPrepareDocument({ schema, production: false, limits });

  test('is parsed and validated once', () => {
    assert.equal(prepare('{ name }'), prepare('{ name }'));
    assert.notEqual(prepare('{ nam }'), prepare('{ nam }'), 'one that is refused is not kept');
    assert.notEqual(prepare('{ name }'), prepare('{ name  }'));
  });

  test('that is long is not kept', () => {
    const roomy = createDocumentLimits(loadConfig({ QUERY_MAX_CHARACTERS: '30000' }), () => {});
    const prepareLong = createPrepareDocument({ schema, production: false, limits: roomy });
    const long = `{ name } #${' '.repeat(20_000)}`;
    assert.notEqual(prepareLong(long), prepareLong(long));
    assert.deepEqual(codes(prepareLong(long)), []);
  });

  test('that cannot run has a code', () => {
    assert.deepEqual(codes(prepare('{')), ['GRAPHQL_PARSE_FAILED']);
    assert.deepEqual(codes(prepare('')), ['GRAPHQL_PARSE_FAILED']);
    assert.deepEqual(codes(prepare('{ a b }')), ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_VALIDATION_FAILED']);
  });

  test('looks at the schema, but not in production', () => {
    const introspection = '{ __schema { types { name } } }';
    assert.deepEqual(codes(prepare(introspection)), []);
    const inProduction = createPrepareDocument({ schema, production: true, limits });
    assert.ok(codes(inProduction(introspection)).every((code) => code === 'GRAPHQL_VALIDATION_FAILED'));
    assert.ok(codes(inProduction(introspection)).length > 0);
    assert.deepEqual(codes(inProduction('{ __typename name }')), []);
  });
});
