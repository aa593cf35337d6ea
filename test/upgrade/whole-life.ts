import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { type Actor, connect, type Who } from '../harness/actor.ts';
import type { Frames } from '../harness/frames.ts';
import { History } from '../harness/history.ts';
import type { TestServer } from '../harness/server.ts';

/** Of its own, with nothing in them that a release may lack: the documents that other tests use grow with the schema. */
const mutation = (field: string, input: string, answer: string) =>
  `mutation Write($input: ${input}!) { ${field}(input: $input) { ${answer} } }`;
const start = mutation('startConversation', 'StartConversationInput', 'conversation { id }');
const assign = mutation('assignConversation', 'AssignConversationInput', 'conversation { id }');
const add = mutation('addParticipant', 'AddParticipantInput', 'conversation { id }');
const leave = mutation('removeParticipant', 'RemoveParticipantInput', 'conversation { id }');
const close = mutation('closeConversation', 'CloseConversationInput', 'conversation { id }');
const reopen = mutation('reopenConversation', 'ReopenConversationInput', 'conversation { id }');
const send = mutation('sendMessage', 'SendMessageInput', 'duplicate message { seq }');
const edit = mutation('editMessage', 'EditMessageInput', 'message { id }');
const remove = mutation('deleteMessage', 'DeleteMessageInput', 'message { id }');
const acknowledge = mutation('acknowledge', 'AcknowledgeInput', 'member { readSeq }');
const rate = mutation('submitSurvey', 'SubmitSurveyInput', 'survey { id }');
const follow = `subscription Follow($id: ID!) { update: conversationUpdates(conversationId: $id, afterSeq: 0) {
  __typename
  ... on ConversationEvent { seq }
  ... on MessagePosted { message { id } }
} }`;

/**
 * Everything that happens to a conversation, written at one process and followed live at the other, and read once more from
 * the beginning: what one release writes, the other one must understand.
 */
export async function liveThrough(
  t: Pick<TestContext, 'after'>,
  { writtenAt, readAt, database }: { writtenAt: TestServer; readAt: TestServer; database: { url: string } },
): Promise<void> {
  const externalId = randomUUID();
  const customer = await connectWriter(t, writtenAt, { name: 'Cleo' });
  const agent = await connectWriter(t, writtenAt, { role: 'AGENT', name: 'Ada' });
  const colleague = await connectWriter(t, writtenAt, { role: 'AGENT', name: 'Alan', sub: externalId });
  const reader = await connect(t, readAt, { role: 'MANAGER', name: 'Mary' });
  const { startConversation } = await customer.run(start, { input: { subject: 'Moving house' } });
  const conversationId = startConversation.conversation.id;
  const history = new History(conversationId);
  const read = (): Frames => reader.subscribe(follow, { id: conversationId });
  const live = read();
  await live.caughtUp();

  const { id } = await history.send(customer, 'Hello?');
  await agent.run(assign, { input: { conversationId } });
  const { id: mistaken } = await history.send(agent, 'Good mroning!');
  await agent.run(edit, { input: { conversationId, messageId: mistaken, version: 1, body: 'Good morning!' } });
  await customer.run(remove, { input: { conversationId, messageId: id } });
  await agent.run(add, { input: { conversationId, externalId } });
  await agent.run(assign, { input: { conversationId, agentId: colleague.id } });
  await agent.run(leave, { input: { conversationId, participantId: agent.id } });
  await colleague.run(acknowledge, { input: { conversationId, readSeq: 1 } });
  await colleague.run(close, { input: { conversationId } });
  await colleague.run(reopen, { input: { conversationId } });
  await history.send(colleague, 'One more thing.');
  await colleague.run(close, { input: { conversationId } });
  await customer.run(rate, { input: { conversationId, rating: 5, comment: 'Thank you' } });

  await history.judge(database, { 'who followed': { frames: live }, 'who came later': { frames: read() } });
}

async function connectWriter(t: Pick<TestContext, 'after'>, server: TestServer, who: Who): Promise<Actor> {
  const actor = await connect(t, server, who);
  return {
    ...actor,
    async send(conversationId, body, id = randomUUID()) {
      const { sendMessage } = await actor.run(send, { input: { id, conversationId, body } });
      return { id, seq: sendMessage.message.seq, duplicate: sendMessage.duplicate };
    },
  };
}
