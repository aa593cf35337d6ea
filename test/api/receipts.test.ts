import assert from 'node:assert/strict';
import { type Actor, connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { acknowledge, claimedConversation, messagesOf, read, remove } from './operations.ts';
import { overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();

overBothTransports('receipts only grow; read is delivered too; the head is the limit', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  for (const body of ['One', 'Two', 'Three']) await cleo.send(conversationId, body); // seqs 3 to 5
  const steps: [input: Record<string, unknown>, deliveredSeq: number, readSeq: number][] = [
    [{ deliveredSeq: 3 }, 3, 0],
    [{ deliveredSeq: 1 }, 3, 0],
    [{ readSeq: 4 }, 4, 4],
    [{ readSeq: 2, deliveredSeq: 5 }, 5, 4],
    [{ readSeq: 0 }, 5, 4],
    [{ deliveredSeq: null, readSeq: 5 }, 5, 5],
  ];
  for (const [input, deliveredSeq, readSeq] of steps) {
    const member = await acknowledge(ask, ada, { conversationId, ...input });
    assert.deepEqual(member, { deliveredSeq, readSeq, participant: { id: ada.id } }, JSON.stringify(input));
  }
  await assert.rejects(
    acknowledge(ask, ada, { conversationId, deliveredSeq: 6 }),
    refused('BAD_USER_INPUT', 'deliveredSeq'),
  );
  await assert.rejects(acknowledge(ask, ada, { conversationId, readSeq: 6 }), refused('BAD_USER_INPUT', 'readSeq'));
  await assert.rejects(
    acknowledge(ask, await connect(t, server), { conversationId, readSeq: 1 }),
    refused('NOT_FOUND'),
  );
  await assert.rejects(
    acknowledge(ask, await connect(t, server, { role: 'AGENT' }), { conversationId, readSeq: 1 }),
    refused('FORBIDDEN'),
  );
  await ada.run(documents.close, { input: { conversationId } });
  assert.equal((await acknowledge(ask, ada, { conversationId, readSeq: 6 })).readSeq, 6);
});

overBothTransports('a message is SENT, DELIVERED, READ by what others acknowledge, present or past', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const { seq } = await cleo.send(conversationId, 'Hello');
  const status = async (reader: Actor) => (await messagesOf(ask, reader, conversationId))[0].status;
  await acknowledge(ask, cleo, { conversationId, readSeq: seq });
  assert.equal(await status(cleo), 'SENT');
  await acknowledge(ask, ada, { conversationId, deliveredSeq: seq - 1 });
  assert.equal(await status(ada), 'SENT');
  await acknowledge(ask, ada, { conversationId, deliveredSeq: seq });
  assert.deepEqual([await status(cleo), await status(ada)], ['DELIVERED', 'DELIVERED']);
  await acknowledge(ask, ada, { conversationId, readSeq: seq });
  assert.deepEqual([await status(cleo), await status(ada)], ['READ', 'READ']);
  await ada.run(documents.leave, { input: { conversationId } });
  assert.equal(await status(cleo), 'READ');
});

overBothTransports(
  'unreadCount: others’ messages above the own read watermark that are not deleted',
  async (t, ask) => {
    const { cleo, ada, conversationId } = await claimedConversation(t, server);
    const bob = await connect(t, server, { role: 'AGENT' });
    const unread = async (who: Actor) => (await read(ask, who, conversationId)).unreadCount;
    assert.deepEqual([await unread(cleo), await unread(ada), await unread(bob)], [0, 0, 0]);
    const sent = [];
    for (const body of ['One', 'Two', 'Three', 'Four']) sent.push(await cleo.send(conversationId, body));
    await ada.send(conversationId, 'Mine');
    assert.deepEqual([await unread(cleo), await unread(ada), await unread(bob)], [1, 4, 0]);
    await acknowledge(ask, ada, { conversationId, deliveredSeq: 7 });
    assert.equal(await unread(ada), 4);
    await acknowledge(ask, ada, { conversationId, readSeq: sent[0]!.seq });
    await remove(ask, cleo, { conversationId, messageId: sent[1]!.id });
    await remove(ask, cleo, { conversationId, messageId: sent[0]!.id });
    assert.equal(await unread(ada), 2);
  },
);
