import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Actor, connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { execute } from '../harness/execute.ts';
import type { Frames } from '../harness/frames.ts';
import { History } from '../harness/history.ts';
import { range } from '../harness/range.ts';
import type { Env } from '../harness/server.ts';
import { onEveryTopology } from '../harness/topology.ts';

/** Somebody at the first server and somebody at the last, in one conversation: events 1 and 2. */
async function meet(t: Parameters<typeof connect>[0], topology: () => { first: any; last: any }) {
  const { first, last } = topology();
  const cleo = await connect(t, first);
  const ada = await connect(t, last, { role: 'AGENT', name: 'Ada' });
  const id = await cleo.start();
  await ada.claim(id);
  return { cleo, ada, id, history: new History(id) };
}

async function sendMany(history: History, sender: Actor, from: number, through: number): Promise<void> {
  for (let n = from; n <= through; n += 20) {
    await Promise.all(range(n, Math.min(n + 19, through)).map((i) => history.send(sender, `message ${i}`)));
  }
}

describe('D4: gapless', () => {
  onEveryTopology((topology) => {
    test('D4: a subscriber sees each event once, in order, whatever position it starts from', async (t) => {
      const { cleo, ada, id } = await meet(t, topology);
      for (const n of range(3, 40)) await cleo.send(id, `message ${n}`);
      for (const afterSeq of [0, 1, 17, 39, 40]) {
        const frames = ada.follow(id, afterSeq);
        const { headSeq } = await frames.caughtUp();
        assert.equal(headSeq, 40);
        assert.deepEqual(frames.seqs, range(afterSeq + 1, 40));
        frames.stop();
      }
      const fromNow = ada.follow(id);
      await fromNow.caughtUp();
      await cleo.send(id, 'message 41');
      await fromNow.seq(41);
      assert.deepEqual(fromNow.seqs, [41]);
    });

    test('D4: state comes first, then the backlog, then CaughtUp, then what is live', async (t) => {
      const { cleo, ada, id } = await meet(t, topology);
      await cleo.send(id, 'message 3');
      const frames = ada.follow(id, 0);
      await frames.caughtUp();
      await cleo.send(id, 'message 4');
      await frames.seq(4);
      const kinds = frames.all.map(({ __typename, seq }) => seq ?? __typename);
      const order = kinds.filter((kind) => kind !== 'PresenceChanged' || kinds.indexOf(kind) < kinds.indexOf(1));
      const state = ['ReceiptAdvanced', 'PresenceChanged', 'ReceiptAdvanced', 'PresenceChanged'];
      assert.deepEqual(order.slice(0, 9), [...state, 1, 2, 3, 'CaughtUp', 4]);
    });

    test('D4: a position that cannot be is refused', async (t) => {
      const { ada, id } = await meet(t, topology);
      for (const afterSeq of [-1, 3, 2 ** 31 - 1]) {
        const frames = ada.follow(id, afterSeq);
        assert.equal(await frames.endCode(), 'BAD_USER_INPUT');
        assert.deepEqual(frames.events, []);
      }
    });

    test('D4: backlog and live events meet without a hole or a double while messages pour in', async (t) => {
      const { cleo, ada, id, history } = await meet(t, topology);
      const total = 400;
      const sending = sendMany(history, cleo, 1, total);
      const readers: Record<string, { frames: Frames }> = {};
      for (let i = 0; i < 12; i++) {
        const frames = ada.follow(id, 0);
        readers[`reader ${i}`] = { frames };
        await frames.caughtUp();
      }
      await sending;
      const log = await history.judge(topology().database, readers);
      assert.equal(log.length, total + 2);
    });

    test('D4: a socket cut forty times under load resumes without a hole', async (t) => {
      const { first, last } = topology();
      const cleo = await connect(t, first);
      const history = new History(await cleo.start());
      const seen: number[] = [];
      const pouring: Promise<unknown>[] = [];
      for (let cut = 0; cut < 40; cut++) {
        // At least as many as this round waits for: the reader may have everything that was sent before.
        pouring.push(...range(1, 7).map((n) => history.send(cleo, `message ${cut}.${n}`)));
        const device = await connect(t, last, { role: 'AGENT', name: 'Ada', sub: 'ada' });
        const position = seen.at(-1) ?? 0;
        const frames = device.follow(history.conversationId, position);
        await frames.seq(position + 1 + (cut % 7));
        device.cut();
        await frames.end();
        seen.push(...frames.seqs);
      }
      await Promise.all(pouring);
      assert.deepEqual(seen, range(1, seen.length));
      await history.judge(topology().database);
    });

    test('D4: a backlog of 1,200 messages comes in order, and shows each as it is now', async (t) => {
      const { cleo, ada, id, history } = await meet(t, topology);
      await Promise.all(range(0, 5).map((i) => sendMany(history, cleo, i * 200 + 1, i * 200 + 200)));
      const [edited, deleted] = history.acknowledged.filter(({ seq }) => seq === 20 || seq === 1_000);
      await cleo.run(documents.edit, {
        input: { conversationId: id, messageId: edited!.id, body: 'as it is now', version: 1 },
      });
      await cleo.run(documents.remove, { input: { conversationId: id, messageId: deleted!.id } });
      const frames = ada.follow(id, 0);
      assert.equal((await frames.caughtUp()).headSeq, 1_204);
      await history.judge(topology().database, { reader: { frames } });
      const posted = [20, 1_000].map((seq) => frames.events[seq - 1].message);
      assert.deepEqual(
        posted.map(({ body, version }) => [body, version]),
        [
          ['as it is now', 2],
          [null, 2],
        ],
      );
    });
  });

  /** Each way of finding an event must do alone, or it would not be known whether it does anything. */
  const ways: Record<string, Env> = {
    'with both sweeps off, by the bus alone': { OUTBOX_SWEEP: 'off', HEAD_SWEEP: 'off' },
    'with the bus off, by the head sweep alone': { BUS: 'off' },
  };
  for (const [way, env] of Object.entries(ways)) {
    describe(way, () => {
      onEveryTopology((topology) => {
        test(`D4: everything arrives live ${way}`, async (t) => {
          const { cleo, ada, id, history } = await meet(t, topology);
          const devices = { cleo: { frames: cleo.follow(id, 0) }, ada: { frames: ada.follow(id, 0) } };
          for (const { frames } of Object.values(devices)) await frames.caughtUp();
          await sendMany(history, cleo, 1, 100);
          const { id: messageId } = history.acknowledged[7]!;
          await cleo.run(documents.edit, { input: { conversationId: id, messageId, body: 'edited', version: 1 } });
          await cleo.run(documents.remove, { input: { conversationId: id, messageId } });
          await ada.run(documents.close, { input: { conversationId: id } });
          const log = await history.judge(topology().database, devices);
          assert.equal(log.length, 105);
        });

        test(`D4: a jump further than a follower reads for all arrives ${way}`, async (t) => {
          const { cleo, ada, id, history } = await meet(t, topology);
          const frames = ada.follow(id);
          await frames.caughtUp();
          await Promise.all(range(0, 4).map((i) => sendMany(history, cleo, i * 100 + 1, i * 100 + 100)));
          await history.judge(topology().database, { ada: { frames, afterSeq: 2 } });
        });
      }, env);
    });
  }

  describe('with bus and sweeps off', () => {
    onEveryTopology(
      (topology) => {
        test('D4: without any way nothing arrives live, and this test sees it', async (t) => {
          const { cleo, ada, id, history } = await meet(t, topology);
          const frames = ada.follow(id, 0);
          await frames.caughtUp();
          await history.send(cleo, 'into the void');
          // Stored, and found by whoever asks: only nobody tells.
          const late = ada.follow(id, 2);
          assert.equal((await late.caughtUp()).headSeq, 3);
          await ada.run('{ viewer { id } }');
          assert.deepEqual(frames.seqs, [1, 2]);
          const [row] = await execute(
            topology().database.url,
            `SELECT seq FROM message WHERE conversation_id = '${id}'`,
          );
          assert.deepEqual(row, { seq: 3 });
        });
      },
      { OUTBOX_SWEEP: 'off', HEAD_SWEEP: 'off', BUS: 'off' },
    );
  });
});
