import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyError, type ParleyErrorCode } from './parley-error.ts';
import { judge } from './retry-policy.ts';

const verdict = (code: ParleyErrorCode, details = {}, open = true) =>
  judge(new ParleyError(code, '', details), 3, open);

test('what the server has refused ends at once', () => {
  for (const code of ['FORBIDDEN', 'NOT_FOUND', 'BAD_USER_INPUT', 'CONFLICT', 'CONVERSATION_CLOSED'] as const)
    assert.deepEqual(verdict(code), { again: false });
});

test('what is not the message’s fault goes on for as long as it lasts, and does not count', () => {
  for (const code of ['NETWORK', 'UNAUTHENTICATED', 'UNAVAILABLE', 'RATE_LIMITED'] as const) {
    const { again, counts } = verdict(code) as { again: boolean; counts?: boolean };
    assert.deepEqual([again, counts], [true, false], code);
  }
});

test('what may be its fault counts', () => {
  for (const [code, details] of [['TIMEOUT'], ['INTERNAL_SERVER_ERROR'], ['NETWORK', { closeCode: 1009 }]] as const) {
    const { again, counts } = verdict(code, details) as { again: boolean; counts?: boolean };
    assert.deepEqual([again, counts], [true, true], code);
  }
});

test('RATE_LIMITED waits as long as it is told; a lost connection waits where connections are made', () => {
  assert.deepEqual(verdict('RATE_LIMITED', { retryAfterMs: 70_000 }), { again: true, afterMs: 70_000, counts: false });
  assert.deepEqual(verdict('NETWORK', {}, false), { again: true, afterMs: 0, counts: false });
});
