import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfirmedMessage, OutgoingMessage, ShownMessage } from '../../client/index.ts';
import { compareDevices } from './compare-devices.ts';

const sender = { id: 'c', name: 'Cleo', role: 'CUSTOMER' } as const;
const message = (seq: number, version = 1): ConfirmedMessage => ({
  id: `m${seq}`,
  seq,
  sender,
  body: `body ${version}`,
  version,
  status: 'sent',
  sentAt: null,
  createdAt: '',
  editedAt: null,
  deletedAt: null,
  change: null,
});
const queued: OutgoingMessage = {
  id: 'q',
  seq: null,
  body: 'later',
  status: 'pending',
  failure: null,
  createdAt: '',
  change: null,
};
const view = (...messages: ShownMessage[]) => ({ messages });

test('the same messages in the same versions and order agree', () => {
  assert.deepEqual(compareDevices(view(message(1), message(2)), view(message(1), message(2))), {
    agree: true,
    messages: 2,
  });
});

test('another version, another order, or something missing does not', () => {
  assert.equal(compareDevices(view(message(1)), view(message(1, 2))).agree, false);
  assert.equal(compareDevices(view(message(1), message(2)), view(message(2), message(1))).agree, false);
  assert.deepEqual(compareDevices(view(message(1)), view(message(1), message(2), message(3))), {
    agree: false,
    customer: { missing: 2, queued: 0 },
    agent: { missing: 0, queued: 0 },
  });
});

test('what waits on a device is counted: messages, and changes of them', () => {
  const edited = { ...message(1), change: { kind: 'edit', status: 'pending', body: 'new', failure: null } as const };
  assert.deepEqual(compareDevices(view(edited), view(message(1))), {
    agree: false,
    customer: { missing: 0, queued: 1 },
    agent: { missing: 0, queued: 0 },
  });
  assert.deepEqual(compareDevices(view(message(1), queued), view(message(1))), {
    agree: false,
    customer: { missing: 0, queued: 1 },
    agent: { missing: 0, queued: 0 },
  });
});
