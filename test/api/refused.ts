import assert from 'node:assert/strict';
import { OperationError } from '../harness/actor.ts';
import { assertDiscreet } from './assert-discreet.ts';

/** For assert.rejects: one error with this code (and field), that says something and gives nothing away. */
export function refused(code: string, field?: string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof OperationError, String(error));
    assert.equal(error.errors.length, 1, error.message);
    const [{ message, extensions }] = error.errors as [(typeof error.errors)[0]];
    assert.equal(extensions?.code, code, message);
    if (field !== undefined) assert.equal(extensions?.field, field, message);
    assert.notEqual(message.trim(), '');
    assertDiscreet(JSON.stringify(error.errors));
    return true;
  };
}
