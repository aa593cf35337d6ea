import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DateTime } from './date-time.ts';

test('every moment from year 1 to 9999 comes back as it went', () => {
  const from = new Date('0001-01-01T00:00:00Z');
  const to = new Date('9999-12-31T23:59:59.999Z');
  fc.assert(
    fc.property(fc.date({ min: from, max: to, noInvalidDate: true }), (date) => {
      assert.deepEqual(DateTime.parseValue(DateTime.serialize(date)), date);
    }),
  );
});

test('other zones, cases and precisions of RFC 3339 are understood', () => {
  const at = '2026-11-22T09:30:00.123Z';
  for (const text of [
    '2026-11-22t09:30:00.123z',
    '2026-11-22T10:30:00.123+01:00',
    '2026-11-21T21:30:00.123456789-12:00',
  ])
    assert.equal(DateTime.parseValue(text).toISOString(), at);
  assert.equal(DateTime.parseValue('2024-02-29T00:00:00Z').toISOString(), '2024-02-29T00:00:00.000Z');
});

test('days that do not exist, and what is no date, are refused', () => {
  const none = [
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-01-00T00:00:00Z',
  ];
  for (const value of [...none, '2026-01-01T24:00:00Z', '2026-01-01', 'now', '', 0, null, undefined, new Date(), {}])
    assert.throws(() => DateTime.parseValue(value), /RFC 3339/, String(value));
});
