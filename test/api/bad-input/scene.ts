import type { TestContext } from 'node:test';
import * as documents from '../../harness/documents.ts';
import type { TestServer } from '../../harness/server.ts';
import { claimedConversation, read } from '../operations.ts';

/** What there is while bad input comes in: Cleo and Ada in an open and a closed conversation, with a message in each. */
export type Scene = Awaited<ReturnType<typeof makeScene>>;

/** One request that must be refused. */
export type BadCase = {
  readonly what: string;
  readonly document: string | ((scene: Scene) => string);
  readonly variables?: (scene: Scene) => Record<string, unknown>;
  readonly code: string;
  readonly field?: string;
};

export async function makeScene(t: TestContext, server: TestServer) {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const closedId = await cleo.start();
  await ada.claim(closedId);
  const { id: messageId } = await cleo.send(conversationId, 'Hello');
  const { id: closedMessageId } = await cleo.send(closedId, 'Bye');
  await cleo.run(documents.close, { input: { conversationId: closedId } });
  const { conversations } = await cleo.run('{ conversations(first: 1) { pageInfo { endCursor } } }');
  const { messages } = await read((who, document, variables) => who.run(document, variables), cleo, conversationId);
  return {
    cleo,
    ada,
    conversationId,
    messageId,
    closedId,
    closedMessageId,
    conversationCursor: conversations.pageInfo.endCursor as string,
    messageCursor: messages.pageInfo.endCursor as string,
  };
}
