import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ChatError } from './errors.ts';
import { checkId, checkOptionalId, checkOptionalText, checkRange, checkText } from './input.ts';

const refuses = (field: string, check: () => unknown) =>
  assert.throws(check, (error) => {
    assert.ok(error instanceof ChatError);
    assert.deepEqual([error.code, error.details], ['BAD_USER_INPUT', { field }]);
    assert.ok(error.message.startsWith(`${field}: `));
    return true;
  });

describe('ids', () => {
  test('UUIDs of every version and case are taken, lower case is answered', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        assert.equal(checkId('id', id), id);
        assert.equal(checkId('id', id.toUpperCase()), id);
      }),
    );
    assert.equal(checkId('id', '00000000-0000-0000-0000-000000000000'), '00000000-0000-0000-0000-000000000000');
  });

  test('anything else is refused', () => {
    fc.assert(fc.property(fc.string(), (text) => refuses('id', () => checkId('id', text))));
    for (const text of [
      '{0198c0de-0000-7000-8000-000000000000}',
      '0198c0de000070008000000000000000',
      '0198c0de-0000-7000-8000-000000000000\n',
    ])
      refuses('id', () => checkId('id', text));
  });

  test('not given is undefined', () => {
    assert.equal(checkOptionalId('id', null), undefined);
    assert.equal(checkOptionalId('id', undefined), undefined);
    refuses('id', () => checkOptionalId('id', ''));
  });
});

describe('texts', () => {
  test('are counted in code points and never changed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const length = [...text].length;
        if (text.includes('\0')) return refuses('body', () => checkText('body', text, { max: 40 }));
        assert.equal(checkText('body', text, { max: length }), text);
        if (length > 0) refuses('body', () => checkText('body', text, { max: length - 1 }));
        refuses('body', () => checkText('body', text, { min: length + 1, max: 100 }));
      }),
    );
  });

  test('lone surrogates and NUL are refused', () => {
    for (const text of ['\ud83d', '\udc00', 'a\ud83db', '\udc00\ud83d', '\0', 'a\0'])
      refuses('body', () => checkText('body', text, { max: 10 }));
  });

  test('whoever does not give one gets null', () => {
    assert.equal(checkOptionalText('topic', undefined, { max: 5 }), null);
    assert.equal(checkOptionalText('topic', null, { max: 5 }), null);
    assert.equal(checkOptionalText('topic', '', { max: 5 }), '');
  });
});

test('numbers are whole and within their range', () => {
  for (const good of [1, 3, 5]) assert.equal(checkRange('rating', good, 1, 5), good);
  for (const bad of [0, 6, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    refuses('rating', () => checkRange('rating', bad, 1, 5));
});
