import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validate, version } from 'uuid';
import { uuidV7 } from './uuid-v7.ts';

test('is a valid UUID of version 7 that begins with its time', () => {
  const id = uuidV7(0x0123456789ab);
  assert.ok(validate(id));
  assert.equal(version(id), 7);
  assert.equal(id.slice(0, 13), '01234567-89ab');
});

test('ids sort by the time they were made, and do not repeat', () => {
  const ids = Array.from({ length: 1_000 }, (_, i) => uuidV7(1_700_000_000_000 + i));
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(Array.from({ length: 1_000 }, () => uuidV7(0))).size, 1_000);
});
