import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { History } from '../harness/history.ts';
import type { TestServer } from '../harness/server.ts';

/**
 * Everything that happens to a conversation, written at one process and followed live at the other, and read once more from
 * the beginning: what one release writes, the other one must understand. The caller judges the log.
 */
export async function liveThrough(
  t: Pick<TestContext, 'after'>,
  { writtenAt, readAt, database }: { writtenAt: TestServer; readAt: TestServer; database: { url: string } },
): Promise<void> {
  const customer = await connect(t, writtenAt, { name: 'Cleo' });
  const agent = await connect(t, writtenAt, { role: 'AGENT', name: 'Ada' });
  const externalId = randomUUID();
  const colleague = await connect(t, writtenAt, { role: 'AGENT', name: 'Alan', sub: externalId });
  const reader = await connect(t, readAt, { role: 'MANAGER', name: 'Mary' });
  const conversationId = await customer.start({ subject: 'Moving house' });
  const history = new History(conversationId);
  const live = reader.follow(conversationId, 0);
  await live.caughtUp();

  const { id } = await history.send(customer, 'Hello?');
  await agent.claim(conversationId);
  const { id: mistaken } = await history.send(agent, 'Good mroning!');
  await agent.run(documents.edit, {
    input: { conversationId, messageId: mistaken, version: 1, body: 'Good morning!' },
  });
  await customer.run(documents.remove, { input: { conversationId, messageId: id } });
  await agent.run(documents.add, { input: { conversationId, externalId } });
  await agent.run(documents.assign, { input: { conversationId, agentId: colleague.id } });
  await agent.run(documents.leave, { input: { conversationId, participantId: agent.id } });
  await colleague.acknowledge(conversationId, { readSeq: 1 });
  const close = { input: { conversationId } };
  await colleague.run(documents.close, close);
  await colleague.run(documents.reopen, close);
  await history.send(colleague, 'One more thing.');
  await colleague.run(documents.close, close);
  await customer.run(documents.rate, { input: { conversationId, rating: 5, comment: 'Thank you' } });

  const again = reader.follow(conversationId, 0);
  await history.judge(database, { 'who followed': { frames: live }, 'who came later': { frames: again } });
}
