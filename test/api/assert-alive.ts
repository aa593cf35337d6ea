import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RawSocket } from './raw-socket.ts';

/** Runs an operation: whatever happened before, the socket still serves. */
export async function assertAlive(socket: RawSocket): Promise<void> {
  const id = randomUUID();
  socket.subscribe(id, { query: '{ viewer { __typename } }' });
  assert.deepEqual((await socket.next('next', id)).payload.data, { viewer: { __typename: 'Participant' } });
  await socket.next('complete', id);
}
