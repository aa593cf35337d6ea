import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import type { Frames } from '../harness/frames.ts';
import { range } from '../harness/range.ts';
import { onEveryTopology } from '../harness/topology.ts';

/** Of one conversation, the seqs of the durable events in the order in which they came. */
const seqsOf = (frames: Frames, conversationId: string): number[] =>
  frames.all
    .filter(({ conversation, update }) => conversation?.id === conversationId && typeof update.seq === 'number')
    .map(({ update }) => update.seq);

const untilSeq = (frames: Frames, conversationId: string, seq: number) =>
  seqsOf(frames, conversationId).includes(seq)
    ? Promise.resolve()
    : frames.until(({ conversation, update }) => conversation?.id === conversationId && update.seq === seq, `${seq}`);

const untilCaughtUp = (frames: Frames, conversationId: string) =>
  frames.until(
    ({ conversation, update }) => conversation?.id === conversationId && update.__typename === 'CaughtUp',
    'CaughtUp',
  );

describe('D4: gapless over all conversations', () => {
  onEveryTopology((topology) => {
    test('D4: an inbox goes on from the delivered watermarks, urgent and unread conversations first', async (t) => {
      const { first, last } = topology();
      const sub = randomUUID();
      const cleo = await connect(t, first, { sub });
      const ada = await connect(t, first, { role: 'AGENT', name: 'Ada' });
      const [read, unread, urgent] = [
        await cleo.start(),
        await cleo.start(),
        await cleo.start({ priority: 'URGENT', subject: 'Fire' }),
      ];
      for (const id of [urgent, unread, read]) {
        await ada.claim(id);
        for (const n of range(3, 5)) await ada.send(id, `message ${n}`);
      }
      await cleo.acknowledge(read, { readSeq: 5 });
      await cleo.acknowledge(unread, { deliveredSeq: 4 });

      const device = await connect(t, last, { sub });
      const frames = device.followInbox();
      await untilCaughtUp(frames, read);
      assert.deepEqual(seqsOf(frames, urgent), range(1, 5));
      assert.deepEqual(seqsOf(frames, unread), [5]);
      assert.deepEqual(seqsOf(frames, read), []);
      const order = frames.all.map(({ conversation }) => conversation.id);
      assert.deepEqual([...new Set(order)], [urgent, unread, read]);

      for (const id of [read, urgent, unread]) await ada.send(id, 'live');
      for (const id of [read, urgent, unread]) await untilSeq(frames, id, 6);
    });

    test('D4: an inbox with positions goes on from each of them, and from 0 elsewhere', async (t) => {
      const { first, last } = topology();
      const sub = randomUUID();
      const cleo = await connect(t, first, { sub });
      const ids = [await cleo.start(), await cleo.start(), await cleo.start()] as const;
      for (const id of ids) for (const n of range(1, 8)) await cleo.send(id, `message ${n}`);
      const device = await connect(t, last, { sub });
      const [ahead, behind, unknown] = ids;
      const frames = device.followInbox([
        { conversationId: ahead, seq: 8 },
        { conversationId: behind.toUpperCase(), seq: 3 },
        // A device may know more than is its owner’s by now.
        { conversationId: randomUUID(), seq: 5 },
      ]);
      const missing = new Set<string>(ids);
      while (missing.size > 0) {
        const { conversation } = await frames.type('CaughtUp');
        missing.delete(conversation.id);
      }
      assert.deepEqual(seqsOf(frames, ahead), []);
      assert.deepEqual(seqsOf(frames, behind), range(4, 8));
      assert.deepEqual(seqsOf(frames, unknown), range(1, 8));
    });

    test('D4: positions that cannot be are refused', async (t) => {
      const { last } = topology();
      const cleo = await connect(t, last);
      const conversationId = await cleo.start();
      await cleo.send(conversationId, 'message 1');
      const refused = [
        [{ conversationId, seq: 2 }],
        [{ conversationId, seq: -1 }],
        [
          { conversationId, seq: 0 },
          { conversationId, seq: 1 },
        ],
        [{ conversationId: 'what', seq: 1 }],
      ];
      for (const positions of refused) assert.equal(await cleo.followInbox(positions).endCode(), 'BAD_USER_INPUT');
    });

    test('D4: a conversation joined meanwhile appears from its first event, one that was started too', async (t) => {
      const { first, last } = topology();
      const sub = randomUUID();
      const ben = await connect(t, last, { role: 'AGENT', name: 'Ben', sub });
      const ada = await connect(t, first, { role: 'AGENT', name: 'Ada' });
      const cleo = await connect(t, first);
      const before = await ben.start();
      const frames = ben.followInbox();
      await untilCaughtUp(frames, before);

      const joined = await cleo.start();
      for (const n of range(1, 3)) await cleo.send(joined, `message ${n}`);
      await ada.claim(joined);
      await ada.run(documents.add, { input: { conversationId: joined, externalId: sub } });
      await cleo.send(joined, 'message 7');
      await untilSeq(frames, joined, 7);
      assert.deepEqual(seqsOf(frames, joined), range(1, 7));

      const otherDevice = await connect(t, first, { role: 'AGENT', name: 'Ben', sub });
      const started = await otherDevice.start();
      await otherDevice.send(started, 'message 1');
      await untilSeq(frames, started, 1);
    });

    test('D4: a closed conversation without a backlog wakes up when something happens in it', async (t) => {
      const { first, last } = topology();
      const sub = randomUUID();
      const cleo = await connect(t, first, { sub });
      const ada = await connect(t, first, { role: 'AGENT', name: 'Ada' });
      const [reopened, deletedIn, open] = [await cleo.start(), await cleo.start(), await cleo.start()];
      const messages: Record<string, string> = {};
      for (const id of [reopened, deletedIn]) {
        await ada.claim(id);
        messages[id] = (await ada.send(id, 'message 3')).id;
        await ada.run(documents.close, { input: { conversationId: id } });
        await cleo.acknowledge(id, { deliveredSeq: 4 });
      }
      const device = await connect(t, last, { sub });
      const frames = device.followInbox();
      await untilCaughtUp(frames, open);
      await ada.run(documents.reopen, { input: { conversationId: reopened } });
      await ada.send(reopened, 'message 6');
      await ada.run(documents.remove, { input: { conversationId: deletedIn, messageId: messages[deletedIn] } });
      await untilSeq(frames, reopened, 6);
      await untilSeq(frames, deletedIn, 5);
      assert.deepEqual(seqsOf(frames, reopened), [5, 6]);
      assert.deepEqual(seqsOf(frames, deletedIn), [5]);
    });

    test('D4: who is removed hears no more of it, and who is added again goes on without a hole', async (t) => {
      const { first, last } = topology();
      const sub = randomUUID();
      const cleo = await connect(t, last, { sub });
      const ada = await connect(t, first, { role: 'AGENT', name: 'Ada' });
      const id = await cleo.start();
      const other = await cleo.start();
      await ada.claim(id);
      const frames = cleo.followInbox();
      await untilCaughtUp(frames, other);
      await untilSeq(frames, id, 2);
      const remove = { input: { conversationId: id, participantId: cleo.id } };
      // Sent together, so that the last message and the removal come to the reader at the same moment.
      for (const n of range(3, 6)) await ada.send(id, `message ${n}`);
      await ada.run(documents.leave, remove);
      const { seq } = await ada.send(id, 'among ourselves');
      await cleo.send(other, 'still here');
      await untilSeq(frames, other, 1);
      assert.ok(!seqsOf(frames, id).includes(seq));
      assert.deepEqual(seqsOf(frames, id), range(1, seqsOf(frames, id).length));

      await ada.run(documents.add, { input: { conversationId: id, externalId: sub } });
      await ada.send(id, 'welcome back');
      await untilSeq(frames, id, 10);
      assert.deepEqual(seqsOf(frames, id), range(1, 10));
    });

    test('D4: while a long backlog is served, what is live elsewhere is not held up', async (t) => {
      const { first, last } = topology();
      const sub = randomUUID();
      const cleo = await connect(t, first, { sub });
      const [urgent, long] = [await cleo.start({ priority: 'URGENT' }), await cleo.start()];
      for (let n = 0; n < 1_000; n += 100) await Promise.all(range(1, 100).map((i) => cleo.send(long, `${n + i}`)));
      const device = await connect(t, last, { sub });
      const frames = device.followInbox();
      await untilCaughtUp(frames, urgent);
      await frames.until(({ conversation, update }) => conversation.id === long && update.seq >= 1, 'its backlog');
      await cleo.send(urgent, 'live');
      await untilSeq(frames, urgent, 1);
      await untilSeq(frames, long, 1_000);
      assert.deepEqual(seqsOf(frames, long), range(1, 1_000));
    });
  });
});
