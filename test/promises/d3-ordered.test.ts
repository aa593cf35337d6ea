import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Actor, connect, OperationError } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { execute } from '../harness/execute.ts';
import { History } from '../harness/history.ts';
import { onEveryTopology, startTopology } from '../harness/topology.ts';

const SENDERS = 64;
const CONVERSATIONS = 4;
const ROUNDS = 5;

/** As a client does: where the machine is too small for all this at once, the same again. */
async function untilAvailable<T>(operation: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof OperationError) || error.code !== 'UNAVAILABLE') throw error;
    }
  }
}

/** What the others do in the middle of the senders' work may be refused by what a third did just before. */
async function perhaps(operation: () => Promise<unknown>): Promise<void> {
  await untilAvailable(operation).catch((error: unknown) => {
    if (!(error instanceof OperationError)) throw error;
    assert.ok(['CONVERSATION_CLOSED', 'CONFLICT'].includes(error.code), error.message);
  });
}

describe('D3: ordered', () => {
  test('D3: 64 concurrent senders among edits, deletions, joins and closings leave no hole, and one order', async (t) => {
    const { first, last, database } = await startTopology(t, 'two processes on Redis');
    const servers = [first, last];
    const at = (i: number) => servers[i % 2]!;
    const [ada, ben, mia] = await Promise.all([
      connect(t, first, { role: 'AGENT', name: 'Ada' }),
      connect(t, last, { role: 'AGENT', name: 'Ben', sub: 'ben' }),
      connect(t, last, { role: 'MANAGER', name: 'Mia', sub: 'mia' }),
    ]);
    const senders = await Promise.all(
      Array.from({ length: SENDERS }, (_, i) => connect(t, at(i), { role: 'AGENT', sub: `sender ${i}` })),
    );
    const histories = await Promise.all(
      Array.from({ length: CONVERSATIONS }, async () => new History(await ada.start())),
    );
    await Promise.all(
      histories.map(async ({ conversationId }) => {
        await ada.run(documents.add, { input: { conversationId, externalId: 'mia' } });
        for (let i = 0; i < SENDERS; i++) {
          await untilAvailable(() => ada.run(documents.add, { input: { conversationId, externalId: `sender ${i}` } }));
        }
      }),
    );
    const devices = histories.map(({ conversationId }) => ({
      'here from the start': { frames: ada.follow(conversationId, 0) },
      'there from the start': { frames: ben.follow(conversationId, 0) },
    }));

    /** Each sender has one message under way in each conversation. */
    const sending = senders.map(async (sender, i) => {
      for (let round = 0; round < ROUNDS; round++) {
        await Promise.all(histories.map((history) => history.send(sender, `${i}: ${round}`)));
      }
    });
    const disturbing = histories.map(async ({ conversationId }, i) => {
      const who: Actor = i % 2 === 0 ? ada : mia;
      for (let round = 0; round < ROUNDS; round++) {
        let { id: messageId, outcome } = await histories[i]!.send(who, 'to be changed');
        while (outcome === 'unknown') ({ outcome } = await histories[i]!.send(who, 'to be changed', messageId));
        assert.equal(outcome, 'acknowledged');
        const message = { conversationId, messageId };
        await perhaps(() => who.run(documents.edit, { input: { ...message, body: 'changed', version: 1 } }));
        if (round % 3 === 0) await perhaps(() => who.run(documents.remove, { input: message }));
        await perhaps(() => who.run(documents.add, { input: { conversationId, externalId: 'ben' } }));
        if (round % 2 === 0) {
          await perhaps(() => who.run(documents.close, { input: { conversationId } }));
          await perhaps(() => who.run(documents.reopen, { input: { conversationId } }));
        }
        await perhaps(() => ben.run(documents.leave, { input: { conversationId } }));
      }
    });
    await Promise.all([...sending, ...disturbing]);

    for (const [i, history] of histories.entries()) {
      const { conversationId } = history;
      assert.ok(history.acknowledged.length > SENDERS, 'nearly everything was refused');
      const late = { 'here afterwards': ada, 'there afterwards': mia };
      const log = await history.judge(database, {
        ...devices[i],
        ...Object.fromEntries(
          Object.entries(late).map(([name, actor]) => [name, { frames: actor.follow(conversationId, 0) }]),
        ),
      });
      const { headSeq } = (
        await ada.run('query($id: ID!) { conversation(id: $id) { headSeq } }', { id: conversationId })
      ).conversation;
      assert.equal(log.at(-1)!.seq, headSeq);
      assert.deepEqual(await fallingTimes(database.url, conversationId), []);
      assert.deepEqual(
        devices[i]!['here from the start'].frames.events.map(({ seq, at: time }) => [seq, time]),
        devices[i]!['there from the start'].frames.events.map(({ seq, at: time }) => [seq, time]),
      );
    }
  });

  onEveryTopology((topology) => {
    test('D3: every reader of one conversation sees the seq that the sender was told', async (t) => {
      const { first, last } = topology();
      const cleo = await connect(t, first);
      const ada = await connect(t, last, { role: 'AGENT', name: 'Ada' });
      const id = await cleo.start();
      const frames = [cleo.follow(id, 0), ada.follow(id, 0)];
      const sent = await Promise.all(Array.from({ length: 50 }, (_, i) => cleo.send(id, `message ${i}`)));
      for (const reader of frames) {
        await reader.seq(50);
        for (const { id: messageId, seq } of sent) assert.equal((await reader.seq(seq)).message.id, messageId);
      }
    });
  });

  test('D3: an event that is written past the lock would be found out', async (t) => {
    const { database, first } = await startTopology(t, 'one process');
    const cleo = await connect(t, first);
    const history = new History(await cleo.start());
    await history.send(cleo, 'first');
    await history.judge(database);
    // As from a sequence: allocated after another writer's seq, and committed before it.
    await execute(
      database.url,
      `INSERT INTO conversation_event (conversation_id, seq, kind, at) VALUES ('${history.conversationId}', 3, 'CONVERSATION_CHANGED', 'yesterday')`,
    );
    await assert.rejects(history.judge(database), /the log has 3 where 2 belongs/);
    assert.deepEqual(await fallingTimes(database.url, history.conversationId), [{ seq: 3 }]);
  });
});

/** Neighbours in the log of which the later one has the earlier time. */
function fallingTimes(url: string, conversationId: string): Promise<unknown[]> {
  return execute(
    url,
    `SELECT seq FROM (
       SELECT seq, at < lag(at) OVER (ORDER BY seq) AS falls FROM (
         SELECT seq, created_at AS at FROM message WHERE conversation_id = '${conversationId}'
         UNION ALL SELECT seq, at FROM conversation_event WHERE conversation_id = '${conversationId}'
       ) log
     ) x WHERE falls`,
  );
}
