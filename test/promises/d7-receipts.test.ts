import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { type Actor, connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { execute } from '../harness/execute.ts';
import type { Frames } from '../harness/frames.ts';
import { range } from '../harness/range.ts';
import { onEveryTopology, type Topology } from '../harness/topology.ts';

type Watermarks = { deliveredSeq: number; readSeq: number };

/** Cleo with two devices at two servers, and Ada, in one conversation with ten messages of each: events 1 to 22. */
async function meet(t: TestContext, { first, last }: Topology) {
  const sub = randomUUID();
  const cleo = await connect(t, first, { sub });
  const otherDevice = await connect(t, last, { sub });
  const ada = await connect(t, last, { role: 'AGENT', name: 'Ada' });
  const id = await cleo.start();
  await ada.claim(id);
  for (let n = 0; n < 10; n++) {
    await cleo.send(id, `from Cleo ${n}`);
    await ada.send(id, `from Ada ${n}`);
  }
  return { cleo, otherDevice, ada, id, head: 22 };
}

async function acknowledge(actor: Actor, conversationId: string, given: Partial<Watermarks>): Promise<Watermarks> {
  const { acknowledge } = await actor.run(documents.acknowledge, { input: { conversationId, ...given } });
  return { deliveredSeq: acknowledge.member.deliveredSeq, readSeq: acknowledge.member.readSeq };
}

async function watermarksOf(asker: Actor, conversationId: string, participantId: string): Promise<Watermarks> {
  const { conversation } = await asker.run(documents.conversation, { id: conversationId });
  const member = conversation.members.find(({ participant }: any) => participant.id === participantId);
  return { deliveredSeq: member.deliveredSeq, readSeq: member.readSeq };
}

const receiptsOf = (frames: Frames, participantId: string): Watermarks[] =>
  frames.all.filter(
    ({ __typename, participant }) => __typename === 'ReceiptAdvanced' && participant.id === participantId,
  );

const untilReceipt = (frames: Frames, participantId: string, wanted: Partial<Watermarks>) => {
  const fits = ({ __typename, participant, ...marks }: any) =>
    __typename === 'ReceiptAdvanced' &&
    participant.id === participantId &&
    Object.entries(wanted).every(([key, value]) => marks[key] === value);
  return frames.all.some(fits) ? Promise.resolve() : frames.until(fits, `a receipt of ${JSON.stringify(wanted)}`);
};

function assertRising(values: readonly number[], what: string): void {
  for (const [i, value] of values.entries()) {
    if (i > 0) assert.ok(value >= values[i - 1]!, `${what} fell: ${values.join(' ')}`);
  }
}

const ORDER = ['SENT', 'DELIVERED', 'READ'];
async function statusesSeenBy(asker: Actor, conversationId: string): Promise<Map<string, number>> {
  const { conversation } = await asker.run(documents.conversation, { id: conversationId });
  return new Map(conversation.messages.edges.map(({ node }: any) => [node.id, ORDER.indexOf(node.status)]));
}

describe('D7: receipts', () => {
  onEveryTopology((topology) => {
    test('D7: watermarks never fall, whatever order two devices acknowledge in, and all see them rise', async (t) => {
      const { cleo, otherDevice, ada, id, head } = await meet(t, topology());
      const readers = [cleo, otherDevice, ada].map((actor) => actor.follow(id, head));
      for (const frames of readers) await frames.caughtUp();
      const numbers = range(1, head).map((seq) => (seq * 7) % (head + 1));
      const answers = await Promise.all(
        numbers.flatMap((seq, i) => [
          acknowledge(cleo, id, i % 3 ? { deliveredSeq: seq } : { readSeq: seq }),
          acknowledge(otherDevice, id, i % 2 ? { readSeq: numbers.at(-i) } : { deliveredSeq: seq }),
        ]),
      );
      for (const [i, { deliveredSeq, readSeq }] of answers.entries()) {
        assert.ok(readSeq <= deliveredSeq && deliveredSeq <= head, `answer ${i}`);
      }
      const expected = await watermarksOf(ada, id, cleo.id);
      assert.equal(expected.deliveredSeq, head);
      for (const frames of readers) {
        await untilReceipt(frames, cleo.id, expected);
        for (const mark of ['deliveredSeq', 'readSeq'] as const) {
          assertRising(
            receiptsOf(frames, cleo.id).map((receipt) => receipt[mark]),
            mark,
          );
        }
      }
    });

    test('D7: readSeq raises deliveredSeq; lower than stored is no error and changes nothing', async (t) => {
      const { cleo, otherDevice, id } = await meet(t, topology());
      assert.deepEqual(await acknowledge(cleo, id, { readSeq: 7 }), { deliveredSeq: 7, readSeq: 7 });
      assert.deepEqual(await acknowledge(otherDevice, id, { deliveredSeq: 9 }), { deliveredSeq: 9, readSeq: 7 });
      assert.deepEqual(await acknowledge(cleo, id, { readSeq: 3 }), { deliveredSeq: 9, readSeq: 7 });
      assert.deepEqual(await acknowledge(cleo, id, { deliveredSeq: 0, readSeq: 8 }), { deliveredSeq: 9, readSeq: 8 });
    });

    test('D7: watermarks never pass the head', async (t) => {
      const { cleo, id, head } = await meet(t, topology());
      const refused: [field: string, given: Partial<Watermarks>][] = [
        ['deliveredSeq', { deliveredSeq: head + 1 }],
        ['readSeq', { readSeq: head + 1 }],
        ['readSeq', { deliveredSeq: head, readSeq: 2 ** 31 - 1 }],
        ['deliveredSeq', { deliveredSeq: -1 }],
        ['readSeq', { deliveredSeq: 1, readSeq: -1 }],
        ['deliveredSeq', {}],
      ];
      for (const [field, given] of refused) {
        await assert.rejects(acknowledge(cleo, id, given), ({ errors }) => {
          assert.deepEqual([errors[0].extensions.code, errors[0].extensions.field], ['BAD_USER_INPUT', field]);
          return true;
        });
      }
      assert.deepEqual(await watermarksOf(cleo, id, cleo.id), { deliveredSeq: 0, readSeq: 0 });
      assert.deepEqual(await acknowledge(cleo, id, { readSeq: head }), { deliveredSeq: head, readSeq: head });
    });

    test('D7: a watermark above the head of the moment is refused also while messages pour in', async (t) => {
      const { cleo, ada, otherDevice, id } = await meet(t, topology());
      const sending = Promise.all(range(1, 100).map((n) => ada.send(id, `message ${n}`)));
      const reader = otherDevice.follow(id, 0);
      for (let n = 0; n < 50; n++) {
        const position = reader.seqs.at(-1) ?? 0;
        await acknowledge(otherDevice, id, { deliveredSeq: position });
        await assert.rejects(acknowledge(cleo, id, { deliveredSeq: 10_000 }), { code: 'BAD_USER_INPUT' });
      }
      await sending;
      const { deliveredSeq } = await watermarksOf(ada, id, cleo.id);
      assert.ok(deliveredSeq <= 122);
    });

    test('D7: a status goes from SENT to DELIVERED to READ, live and by query, and never back', async (t) => {
      const { cleo, otherDevice, ada, id, head } = await meet(t, topology());
      const seen = new Map<string, number[]>();
      const look = async () => {
        // Both servers, so that one that lags behind the other would be noticed.
        for (const asker of [cleo, otherDevice]) {
          for (const [messageId, status] of await statusesSeenBy(asker, id)) {
            seen.set(messageId, [...(seen.get(messageId) ?? []), status]);
          }
        }
      };
      const frames = cleo.follow(id);
      await frames.caughtUp();
      await look();
      for (const [deliveredSeq, readSeq] of [
        [8, 0],
        [12, 6],
        [11, 12],
        [head, 5],
        [0, head],
      ] as const) {
        await Promise.all([acknowledge(ada, id, { deliveredSeq, readSeq }), look()]);
        await look();
      }
      const own = (await cleo.run(documents.conversation, { id })).conversation.messages.edges
        .map(({ node }: any) => node)
        .filter(({ sender }: any) => sender.id === cleo.id);
      for (const { id: messageId, status } of own) {
        assert.equal(status, 'READ');
        assertRising(seen.get(messageId)!, 'a status');
        assert.equal(seen.get(messageId)![0], ORDER.indexOf('SENT'));
      }
      await untilReceipt(frames, ada.id, { deliveredSeq: head, readSeq: head });
      // An event that comes afterwards shows the message as read.
      await cleo.run(documents.edit, {
        input: { conversationId: id, messageId: own[0].id, body: 'edited', version: 1 },
      });
      assert.equal((await frames.type('MessageEdited')).message.status, 'READ');
    });

    test('D7: a watermark that fell would be noticed', async (t) => {
      const { cleo, ada, id, head } = await meet(t, topology());
      await acknowledge(ada, id, { readSeq: head });
      const read: number[] = [];
      const look = async () => read.push(...(await statusesSeenBy(cleo, id)).values());
      await look();
      await execute(
        topology().database.url,
        `UPDATE member SET read_seq = 0, delivered_seq = 0 WHERE conversation_id = '${id}'`,
      );
      await look();
      assert.throws(() => assertRising([Math.max(...read.slice(0, 20)), Math.max(...read.slice(20))], 'a status'));
    });

    test('D7: nobody’s own receipts make their messages delivered', async (t) => {
      const { cleo, otherDevice, ada, id, head } = await meet(t, topology());
      await acknowledge(otherDevice, id, { readSeq: head });
      const { conversation } = await cleo.run(documents.conversation, { id });
      for (const { node } of conversation.messages.edges) {
        assert.equal(node.status, node.sender.id === cleo.id ? 'SENT' : 'READ');
      }
      assert.equal(conversation.unreadCount, 0);
      assert.equal((await ada.run(documents.conversation, { id })).conversation.unreadCount, 10);
    });

    test('D7: the receipts of members who left still count, and those of one who returns go on', async (t) => {
      const { cleo, ada, id } = await meet(t, topology());
      const sub = randomUUID();
      const ben = await connect(t, topology().first, { role: 'AGENT', name: 'Ben', sub });
      const add = { input: { conversationId: id, externalId: sub } };
      await ada.run(documents.add, add);
      await acknowledge(ben, id, { deliveredSeq: 20, readSeq: 10 });
      await ben.run(documents.leave, { input: { conversationId: id } });
      const statuses = async () =>
        (await cleo.run(documents.conversation, { id })).conversation.messages.edges
          .filter(({ node }: any) => node.sender.id === cleo.id)
          .map(({ node }: any) => [node.seq, node.status]);
      const expected = range(0, 9).map((n) => {
        const seq = 3 + 2 * n;
        return [seq, seq <= 10 ? 'READ' : seq <= 20 ? 'DELIVERED' : 'SENT'];
      });
      assert.deepEqual(await statuses(), expected);
      await assert.rejects(acknowledge(ben, id, { readSeq: 21 }), { code: 'FORBIDDEN' });
      await ada.run(documents.add, add);
      assert.deepEqual(await watermarksOf(ada, id, ben.id), { deliveredSeq: 20, readSeq: 10 });
      assert.deepEqual(await acknowledge(ben, id, { readSeq: 12 }), { deliveredSeq: 20, readSeq: 12 });
    });

    test('D7: every device of a participant agrees, also one that comes later', async (t) => {
      const { cleo, otherDevice, ada, id, head } = await meet(t, topology());
      const devices = [cleo.follow(id), otherDevice.follow(id)];
      for (const frames of devices) await frames.caughtUp();
      for (const seq of range(1, head)) await acknowledge(seq % 2 ? cleo : otherDevice, id, { readSeq: seq });
      for (const frames of devices) await untilReceipt(frames, cleo.id, { deliveredSeq: head, readSeq: head });
      // In a burst what is told is gathered: the newest says it all.
      for (const frames of devices) assert.ok(receiptsOf(frames, cleo.id).length < head);
      const late = ada.follow(id);
      await late.caughtUp();
      assert.deepEqual(
        receiptsOf(late, cleo.id).map(({ deliveredSeq, readSeq }) => ({ deliveredSeq, readSeq })),
        [{ deliveredSeq: head, readSeq: head }],
      );
    });

    test('D7: an inbox opened right after a conversation was closed hears who read it', async (t) => {
      const { cleo, ada, id, head } = await meet(t, topology());
      await ada.run(documents.close, { input: { conversationId: id } });
      const frames = ada.followInbox([{ conversationId: id, seq: head + 1 }]);
      await frames.until(({ conversation, update }) => conversation.id === id && update.__typename === 'CaughtUp');
      await acknowledge(cleo, id, { readSeq: head + 1 });
      await frames.until(({ update }) => update.__typename === 'ReceiptAdvanced' && update.readSeq === head + 1);
    });

    test('D7: receipts are given in a closed conversation too', async (t) => {
      const { cleo, ada, id, head } = await meet(t, topology());
      await ada.run(documents.close, { input: { conversationId: id } });
      assert.deepEqual(await acknowledge(cleo, id, { readSeq: head + 1 }), {
        deliveredSeq: head + 1,
        readSeq: head + 1,
      });
    });
  });

  describe('with the bus off', () => {
    onEveryTopology(
      (topology) => {
        test('D7: receipts whose broadcast was lost are found by the sweep', async (t) => {
          const { cleo, otherDevice, ada, id, head } = await meet(t, topology());
          const readers = [cleo, otherDevice, ada].map((actor) => actor.follow(id));
          for (const frames of readers) await frames.caughtUp();
          await acknowledge(cleo, id, { deliveredSeq: head, readSeq: 12 });
          for (const frames of readers) await untilReceipt(frames, cleo.id, { deliveredSeq: head, readSeq: 12 });
          await acknowledge(ada, id, { readSeq: 20 });
          for (const frames of readers) await untilReceipt(frames, ada.id, { deliveredSeq: 20, readSeq: 20 });
        });
      },
      { BUS: 'off' },
    );
  });
});
