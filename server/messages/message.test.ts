import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { messageStatus, type Watermarks } from './message.ts';

const order = ['SENT', 'DELIVERED', 'READ'];
const seq = fc.integer({ min: 0, max: 6 });
/** readSeq never passes deliveredSeq, as the table's CHECK says. */
const watermarks = fc
  .tuple(seq, seq)
  .map(([a, b]): Watermarks => ({ deliveredSeq: Math.max(a, b), readSeq: Math.min(a, b) }));
const members = fc.dictionary(fc.constantFrom('sender', 'ada', 'bob'), watermarks);

test('D7: a status follows from how far the others have got, and the sender does not count', () => {
  const message = { seq: 3, senderId: 'sender' };
  const status = (all: Record<string, [number, number]>) =>
    messageStatus(
      message,
      Object.entries(all).map(([id, [deliveredSeq, readSeq]]) => [id, { deliveredSeq, readSeq }] as const),
    );
  assert.equal(status({}), 'SENT');
  assert.equal(status({ sender: [9, 9], ada: [2, 2] }), 'SENT');
  assert.equal(status({ ada: [3, 2], bob: [0, 0] }), 'DELIVERED');
  assert.equal(status({ ada: [3, 2], bob: [3, 3] }), 'READ');
});

test('D7: whatever rises, whoever joins, a status never goes back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), members, members, (at, before, more) => {
      const message = { seq: at, senderId: 'sender' };
      const after = { ...before };
      for (const [id, raised] of Object.entries(more)) {
        after[id] = {
          deliveredSeq: Math.max(raised.deliveredSeq, before[id]?.deliveredSeq ?? 0),
          readSeq: Math.max(raised.readSeq, before[id]?.readSeq ?? 0),
        };
      }
      const [then, now] = [before, after].map((all) => messageStatus(message, Object.entries(all)));
      assert.ok(order.indexOf(now!) >= order.indexOf(then!));
    }),
  );
});
