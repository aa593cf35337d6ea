import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkPageSize, decodeCursor, encodeCursor, MAX_PAGE, toConnection } from './connection.ts';
import { ChatError } from './errors.ts';

const isBadInput = (field: string) => (error: unknown) =>
  error instanceof ChatError && error.code === 'BAD_USER_INPUT' && error.details.field === field;

describe('cursors', () => {
  test('come back as they went, and need no escaping in URLs', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[^:]+$/), { minLength: 1, maxLength: 3 }), (parts) => {
        const cursor = encodeCursor('message', ...parts.map((part) => part.toWellFormed()));
        assert.match(cursor, /^[\w-]+$/);
        assert.deepEqual(
          decodeCursor('after', 'message', cursor),
          parts.map((part) => part.toWellFormed()),
        );
      }),
    );
  });

  test('of another list are refused', () => {
    const cursor = encodeCursor('conversation', 7, 'x');
    assert.throws(() => decodeCursor('after', 'message', cursor), isBadInput('after'));
  });

  test('that are none are refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) =>
        assert.throws(() => decodeCursor('before', 'message', text), isBadInput('before')),
      ),
    );
    assert.throws(() => decodeCursor('after', 'message', encodeCursor('message')), isBadInput('after'));
  });
});

test('a page has from 1 to 100', () => {
  for (const size of [1, MAX_PAGE]) assert.equal(checkPageSize('first', size), size);
  for (const size of [0, -1, MAX_PAGE + 1, 2 ** 31 - 1])
    assert.throws(() => checkPageSize('last', size), isBadInput('last'));
});

test('a connection knows its first and its last cursor', () => {
  const more = { hasNextPage: true, hasPreviousPage: false };
  const { edges, pageInfo } = toConnection([1, 2, 3], (n) => `c${n}`, more);
  assert.deepEqual(edges.at(1), { cursor: 'c2', node: 2 });
  assert.deepEqual(pageInfo, { ...more, startCursor: 'c1', endCursor: 'c3' });
  assert.deepEqual(toConnection([], String, more).pageInfo, { ...more, startCursor: null, endCursor: null });
});
