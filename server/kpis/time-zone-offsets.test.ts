import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetsIn } from './time-zone-offsets.ts';

const inWords = (timeZone: string, from: string, to: string) =>
  offsetsIn(timeZone, Date.parse(from), Date.parse(to)).map(
    (span) => `${new Date(span.from).toISOString().slice(0, 16)} ${span.offsetMinutes}`,
  );

test('tells when the clocks of a time zone are changed, by however much', () => {
  assert.deepEqual(inWords('Australia/Lord_Howe', '2025-09-01T10:15Z', '2026-05-01T00:45Z'), [
    '2025-09-01T10:15 630',
    '2025-10-04T15:30 660',
    '2026-04-04T15:00 630',
  ]);
  assert.deepEqual(inWords('America/St_Johns', '2026-03-08T05:15Z', '2026-03-08T06:00Z'), [
    '2026-03-08T05:15 -210',
    '2026-03-08T05:30 -150',
  ]);
  assert.deepEqual(inWords('Asia/Kathmandu', '2024-01-01T00:00Z', '2026-01-01T00:00Z'), ['2024-01-01T00:00 345']);
  assert.deepEqual(inWords('UTC', '2024-01-01T00:00Z', '2024-01-01T00:00Z'), []);
});
