import { randomUUID } from 'node:crypto';
import * as documents from '../../harness/documents.ts';
import type { BadCase } from './scene.ts';

/** Well-formed, but not now. */
export const wrongStates: BadCase[] = [
  {
    what: 'sending into a closed conversation',
    document: documents.send,
    variables: ({ closedId }) => ({ input: { id: randomUUID(), conversationId: closedId, body: 'Hello' } }),
    code: 'CONVERSATION_CLOSED',
  },
  {
    what: 'editing in a closed conversation',
    document: documents.edit,
    variables: ({ closedId, closedMessageId }) => ({
      input: { conversationId: closedId, messageId: closedMessageId, body: 'Hello', version: 1 },
    }),
    code: 'CONVERSATION_CLOSED',
  },
  {
    what: 'a message’s id with other content',
    document: documents.send,
    variables: ({ conversationId, messageId }) => ({ input: { id: messageId, conversationId, body: 'Other' } }),
    code: 'CONFLICT',
  },
  {
    what: 'a message’s id in another conversation',
    document: documents.send,
    variables: ({ closedId, messageId }) => ({ input: { id: messageId, conversationId: closedId, body: 'Hello' } }),
    code: 'CONFLICT',
  },
  {
    what: 'a message of another conversation',
    document: documents.remove,
    variables: ({ conversationId, closedMessageId }) => ({ input: { conversationId, messageId: closedMessageId } }),
    code: 'NOT_FOUND',
  },
];
