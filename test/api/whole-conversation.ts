import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

/** What every GraphQL client can do, whatever it calls it. Errors are thrown. */
export type ForeignClient = {
  query(document: string, variables?: Record<string, unknown>): Promise<any>;
  mutate(document: string, variables?: Record<string, unknown>): Promise<any>;
  subscribe(document: string, variables: Record<string, unknown>, onData: (data: any) => void): void;
};

const START = `mutation Start($input: StartConversationInput!) {
  startConversation(input: $input) { conversation { id status subject } }
}`;
const WAITING = `query Waiting {
  conversations(filter: { status: [WAITING] }, first: 100) { edges { node { id subject } } pageInfo { hasNextPage endCursor } }
}`;
const CLAIM = `mutation Claim($input: AssignConversationInput!) {
  assignConversation(input: $input) { conversation { id status assignee { id name } } }
}`;
const FOLLOW = `subscription Follow($conversationId: ID!, $afterSeq: Int) {
  conversationUpdates(conversationId: $conversationId, afterSeq: $afterSeq) {
    __typename
    ... on MessagePosted { seq message { id seq body version status sender { id name } } }
    ... on MessageEdited { seq message { id body version } }
    ... on ParticipantJoined { seq participant { id name } }
    ... on ConversationChanged { seq conversation { id status } }
    ... on ReceiptAdvanced { participant { id } deliveredSeq readSeq }
    ... on CaughtUp { headSeq }
  }
}`;
const SEND = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { duplicate message { id seq body version status sender { id name } } }
}`;
const EDIT = `mutation Edit($input: EditMessageInput!) { editMessage(input: $input) { message { id body version } } }`;
const ACKNOWLEDGE = `mutation Acknowledge($input: AcknowledgeInput!) {
  acknowledge(input: $input) { member { participant { id } deliveredSeq readSeq } }
}`;
const CLOSE = `mutation Close($input: CloseConversationInput!) { closeConversation(input: $input) { conversation { id status closedAt } } }`;
const RATE = `mutation Rate($input: SubmitSurveyInput!) { submitSurvey(input: $input) { survey { id rating comment } } }`;
const READ = `query Read($id: ID!) {
  conversation(id: $id) {
    id status unreadCount
    messages(first: 10) { edges { node { id body status } } }
    survey { id rating }
  }
}`;

/** The updates of one device, which can be waited for. */
function followWith(client: ForeignClient, conversationId: string) {
  const updates: any[] = [];
  let wake = () => {};
  client.subscribe(FOLLOW, { conversationId, afterSeq: 0 }, ({ conversationUpdates }) => {
    updates.push(conversationUpdates);
    wake();
  });
  return {
    seqs: () => updates.map(({ seq }) => seq).filter((seq) => seq !== undefined),
    async until(fits: (update: any) => boolean): Promise<any> {
      const deadline = AbortSignal.timeout(15_000);
      for (;;) {
        const found = updates.find(fits);
        if (found) return found;
        if (deadline.aborted) throw new Error(`it never came; there were ${JSON.stringify(updates)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
          deadline.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    },
  };
}

/** A conversation from its start to its rating, as an application would have it with this client. */
export async function playWholeConversation(cleo: ForeignClient, ada: ForeignClient): Promise<{ messageId: string }> {
  const { viewer } = await ada.query('query Who { viewer { id name } }');
  const subject = `Parcel ${randomUUID()}`;
  const { startConversation } = await cleo.mutate(START, { input: { id: randomUUID(), subject, priority: 'HIGH' } });
  const { id: conversationId, status } = startConversation.conversation;
  assert.equal(status, 'WAITING');
  const byCleo = followWith(cleo, conversationId);
  await byCleo.until(({ __typename }) => __typename === 'CaughtUp');

  const { conversations } = await ada.query(WAITING);
  assert.ok(conversations.edges.some(({ node }: any) => node.id === conversationId && node.subject === subject));
  const { assignConversation } = await ada.mutate(CLAIM, { input: { conversationId } });
  assert.equal(assignConversation.conversation.assignee.id, viewer.id);
  const byAda = followWith(ada, conversationId);

  const messageId = randomUUID();
  const question = { id: messageId, conversationId, body: 'Where is my parcell?', sentAt: new Date().toISOString() };
  const { sendMessage } = await cleo.mutate(SEND, { input: question });
  assert.deepEqual([sendMessage.message.seq, sendMessage.message.status, sendMessage.duplicate], [3, 'SENT', false]);
  assert.equal((await cleo.mutate(SEND, { input: question })).sendMessage.duplicate, true);
  assert.equal((await byAda.until(({ seq }) => seq === 3)).message.body, question.body);
  await ada.mutate(ACKNOWLEDGE, { input: { conversationId, readSeq: 3 } });
  await byCleo.until(
    (update) => update.__typename === 'ReceiptAdvanced' && update.readSeq === 3 && update.participant.id === viewer.id,
  );
  await cleo.mutate(EDIT, { input: { conversationId, messageId, body: 'Where is my parcel?', version: 1 } });
  assert.equal((await byAda.until(({ seq }) => seq === 4)).message.body, 'Where is my parcel?');

  const answer = { id: randomUUID(), conversationId, body: 'At the depot. 📦', sentAt: new Date().toISOString() };
  await ada.mutate(SEND, { input: answer });
  assert.equal((await byCleo.until(({ seq }) => seq === 5)).message.sender.name, viewer.name);
  await cleo.mutate(ACKNOWLEDGE, { input: { conversationId, deliveredSeq: 5, readSeq: 5 } });

  await ada.mutate(CLOSE, { input: { conversationId } });
  await byCleo.until((update) => update.seq === 6 && update.conversation.status === 'CLOSED');
  await cleo.mutate(RATE, { input: { conversationId, rating: 5, comment: 'Quick.' } });
  await assert.rejects(cleo.mutate(SEND, { input: { ...answer, id: randomUUID() } }), (error: any) => {
    const errors = error.errors ?? error.graphQLErrors ?? error;
    assert.equal(errors[0].extensions.code, 'CONVERSATION_CLOSED');
    return true;
  });

  const { conversation } = await cleo.query(READ, { id: conversationId });
  assert.deepEqual([conversation.status, conversation.unreadCount, conversation.survey.rating], ['CLOSED', 0, 5]);
  assert.deepEqual(
    conversation.messages.edges.map(({ node }: any) => [node.body, node.status]),
    [
      ['Where is my parcel?', 'READ'],
      ['At the depot. 📦', 'READ'],
    ],
  );
  await byAda.until(({ seq }) => seq === 6);
  for (const device of [byCleo, byAda]) assert.deepEqual(device.seqs(), [1, 2, 3, 4, 5, 6]);
  return { messageId };
}
