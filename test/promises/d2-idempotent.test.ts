import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { type Actor, connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { execute } from '../harness/execute.ts';
import { History } from '../harness/history.ts';
import { onEveryTopology } from '../harness/topology.ts';

type Sent = { duplicate: boolean; message: { id: string; seq: number; body: string | null; version: number } };

async function send(actor: Actor, conversationId: string, body: string, id: string): Promise<Sent> {
  const { sendMessage } = await actor.run(documents.send, { input: { id, conversationId, body } });
  return sendMessage;
}

describe('D2: idempotent', () => {
  onEveryTopology((topology) => {
    test('D2: the same id again is the same message, with the same seq, and creates nothing', async (t) => {
      const { first, last, database } = topology();
      const cleo = await connect(t, first, { sub: 'cleo 1' });
      const elsewhere = await connect(t, last, { sub: 'cleo 1' });
      const id = await cleo.start();
      const messageId = randomUUID();
      const original = await send(cleo, id, 'Hello', messageId);
      assert.equal(original.duplicate, false);
      for (const actor of [cleo, elsewhere, cleo]) {
        assert.deepEqual(await send(actor, id, 'Hello', messageId), { ...original, duplicate: true });
      }
      const next = await cleo.send(id, 'Next');
      assert.equal(next.seq, original.message.seq + 1);
      const rows = await execute(database.url, `SELECT seq FROM message WHERE conversation_id = '${id}' ORDER BY seq`);
      assert.deepEqual(rows, [{ seq: 1 }, { seq: 2 }]);
    });

    test('D2: an id means the same in any case', async (t) => {
      const cleo = await connect(t, topology().first);
      const id = await cleo.start();
      const messageId = randomUUID();
      const original = await send(cleo, id, 'Hello', messageId.toUpperCase());
      assert.equal(original.message.id, messageId);
      assert.deepEqual(await send(cleo, id.toUpperCase(), 'Hello', messageId), { ...original, duplicate: true });
    });

    test('D2: twins sent at the same moment, to all processes, are stored once', async (t) => {
      const { first, last, database } = topology();
      const devices = await Promise.all([first, last, first, last, last].map((s) => connect(t, s, { sub: 'cleo 3' })));
      const id = await devices[0]!.start();
      const frames = devices[1]!.follow(id, 0);
      const history = new History(id);
      for (let round = 0; round < 20; round++) {
        const messageId = randomUUID();
        const sent = await Promise.all(devices.map((device) => history.send(device, `round ${round}`, messageId)));
        assert.deepEqual(new Set(sent.map(({ seq }) => seq)), new Set([round + 1]));
      }
      await history.judge(database, { reader: { frames } });
    });

    test('D2: of five parallel retries exactly one says that it is new', async (t) => {
      const { first, last } = topology();
      const here = await connect(t, first, { sub: 'cleo 4' });
      const there = await connect(t, last, { sub: 'cleo 4' });
      const id = await here.start();
      for (let round = 0; round < 10; round++) {
        const messageId = randomUUID();
        const sent = await Promise.all(
          [here, there, here, there, here].map((actor) => send(actor, id, `round ${round}`, messageId)),
        );
        assert.equal(sent.filter(({ duplicate }) => !duplicate).length, 1);
      }
    });

    test('D2: the same id with another body, sender or conversation is refused', async (t) => {
      const { first, last } = topology();
      const cleo = await connect(t, first);
      const ada = await connect(t, last, { role: 'AGENT', name: 'Ada' });
      const [id, other] = [await cleo.start(), await cleo.start()];
      await ada.claim(id);
      const { id: messageId } = await cleo.send(id, 'Hello');
      const frames = cleo.follow(id, 0);
      const { headSeq } = await frames.caughtUp();
      await assert.rejects(send(cleo, id, 'Hello!', messageId), { code: 'CONFLICT' });
      await assert.rejects(send(cleo, other, 'Hello', messageId), { code: 'CONFLICT' });
      await assert.rejects(send(ada, id, 'Hello', messageId), { code: 'CONFLICT' });
      // Whoever has nothing to do with the conversation learns that the id is taken, and no more.
      const stranger = await connect(t, last);
      await assert.rejects(send(stranger, await stranger.start(), 'Hello', messageId), { code: 'CONFLICT' });
      assert.equal((await cleo.send(id, 'Next')).seq, headSeq + 1);
    });

    test('D2: one id sent into two conversations at the same moment is stored in one, and harms nobody', async (t) => {
      const { first, last } = topology();
      const here = await connect(t, first, { sub: 'cleo 6' });
      const there = await connect(t, last, { sub: 'cleo 6' });
      const [one, two] = [await here.start(), await here.start()];
      for (let round = 0; round < 10; round++) {
        const messageId = randomUUID();
        const [a, b, ...neighbours] = await Promise.allSettled([
          send(here, one, 'Hello', messageId),
          send(there, two, 'Hello', messageId),
          send(here, one, 'a neighbour', randomUUID()),
          send(there, two, 'a neighbour', randomUUID()),
        ]);
        const refused = [a, b].filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
        assert.deepEqual(
          refused.map(({ reason }) => reason.code),
          ['CONFLICT'],
        );
        for (const { status } of neighbours) assert.equal(status, 'fulfilled');
      }
    });

    test('D2: an honest retry is known after an edit, and gets the message as it is now', async (t) => {
      const { first, last } = topology();
      const cleo = await connect(t, first, { sub: 'cleo 7' });
      const elsewhere = await connect(t, last, { sub: 'cleo 7' });
      const id = await cleo.start();
      const { id: messageId, seq } = await cleo.send(id, 'Helo');
      await cleo.run(documents.edit, { input: { conversationId: id, messageId, body: 'Hello', version: 1 } });
      const { duplicate, message } = await send(elsewhere, id, 'Helo', messageId);
      assert.deepEqual([duplicate, message.seq, message.body, message.version], [true, seq, 'Hello', 2]);
      // The edited body is not what was first sent under this id.
      await assert.rejects(send(elsewhere, id, 'Hello', messageId), { code: 'CONFLICT' });
    });

    test('D2: after deletion any resend by its sender returns the tombstone, and nobody else’s', async (t) => {
      const { first, last, database } = topology();
      const cleo = await connect(t, first);
      const ada = await connect(t, last, { role: 'AGENT', name: 'Ada' });
      const id = await cleo.start();
      await ada.claim(id);
      const { id: messageId, seq } = await cleo.send(id, 'my card number');
      await cleo.run(documents.remove, { input: { conversationId: id, messageId } });
      for (const body of ['my card number', 'something else']) {
        const { duplicate, message } = await send(cleo, id, body, messageId);
        assert.deepEqual([duplicate, message.seq, message.body], [true, seq, null]);
      }
      await assert.rejects(send(ada, id, 'my card number', messageId), { code: 'CONFLICT' });
      const other = await cleo.start();
      await assert.rejects(send(cleo, other, 'my card number', messageId), { code: 'CONFLICT' });
      const left = await execute(database.url, `SELECT body, fingerprint FROM message WHERE id = '${messageId}'`);
      assert.deepEqual(left, [{ body: null, fingerprint: null }]);
    });

    test('D2: a retry is recognised although the conversation is closed by now', async (t) => {
      const { first, last } = topology();
      const cleo = await connect(t, first, { sub: 'cleo 9' });
      const elsewhere = await connect(t, last, { sub: 'cleo 9' });
      const id = await cleo.start();
      const messageId = randomUUID();
      const original = await send(cleo, id, 'Bye', messageId);
      await cleo.run(documents.close, { input: { conversationId: id } });
      assert.deepEqual(await send(elsewhere, id, 'Bye', messageId), { ...original, duplicate: true });
      await assert.rejects(send(elsewhere, id, 'Bye', randomUUID()), { code: 'CONVERSATION_CLOSED' });
    });

    test('D2: a retry is recognised although its sender has left by now', async (t) => {
      const { first, last } = topology();
      const cleo = await connect(t, first, { sub: 'cleo 10' });
      const elsewhere = await connect(t, last, { sub: 'cleo 10' });
      const id = await cleo.start();
      const messageId = randomUUID();
      const original = await send(cleo, id, 'Bye', messageId);
      await cleo.run(documents.leave, { input: { conversationId: id } });
      assert.deepEqual(await send(elsewhere, id, 'Bye', messageId), { ...original, duplicate: true });
      await assert.rejects(send(elsewhere, id, 'Bye', randomUUID()), { code: 'NOT_FOUND' });
    });

    test('D2: the fingerprint is keyed: the table does not confirm a guess of the body', async (t) => {
      const { first, database } = topology();
      const cleo = await connect(t, first);
      const id = await cleo.start();
      const { id: messageId } = await cleo.send(id, 'yes');
      const [row] = await execute(
        database.url,
        `SELECT fingerprint IN (sha256('yes'), md5('yes')::bytea) AS bare, length(fingerprint) FROM message WHERE id = '${messageId}'`,
      );
      assert.deepEqual(row, { bare: false, length: 32 });
    });
  });
});
