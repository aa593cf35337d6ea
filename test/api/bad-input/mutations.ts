import { randomUUID } from 'node:crypto';
import * as documents from '../../harness/documents.ts';
import type { BadCase, Scene } from './scene.ts';

type Input = Record<string, unknown>;

/** Every mutation with an input that is right, and its fields that are ids. */
export const mutations = {
  startConversation: { document: documents.start, ids: ['id'], input: () => ({ id: randomUUID() }) },
  assignConversation: {
    document: documents.assign,
    ids: ['conversationId', 'agentId'],
    input: ({ conversationId, ada }) => ({ conversationId, agentId: ada.id }),
  },
  moveConversation: {
    document: documents.move,
    ids: ['conversationId'],
    input: ({ conversationId }) => ({ conversationId, queue: 'Billing' }),
  },
  addParticipant: {
    document: documents.add,
    ids: ['conversationId'],
    input: ({ conversationId }) => ({ conversationId, externalId: 'somebody' }),
  },
  removeParticipant: {
    document: documents.leave,
    ids: ['conversationId', 'participantId'],
    input: ({ conversationId, cleo }) => ({ conversationId, participantId: cleo.id }),
  },
  sendMessage: {
    document: documents.send,
    ids: ['id', 'conversationId'],
    input: ({ conversationId }) => ({ id: randomUUID(), conversationId, body: 'Hello' }),
  },
  editMessage: {
    document: documents.edit,
    ids: ['conversationId', 'messageId'],
    input: ({ conversationId, messageId }) => ({ conversationId, messageId, body: 'Hi', version: 1 }),
  },
  deleteMessage: {
    document: documents.remove,
    ids: ['conversationId', 'messageId'],
    input: ({ conversationId, messageId }) => ({ conversationId, messageId }),
  },
  acknowledge: {
    document: documents.acknowledge,
    ids: ['conversationId'],
    input: ({ conversationId }) => ({ conversationId, readSeq: 1 }),
  },
  setTyping: {
    document: documents.type,
    ids: ['conversationId'],
    input: ({ conversationId }) => ({ conversationId, typing: true }),
  },
  closeConversation: {
    document: documents.close,
    ids: ['conversationId'],
    input: ({ conversationId }) => ({ conversationId }),
  },
  reopenConversation: {
    document: documents.reopen,
    ids: ['conversationId'],
    input: ({ conversationId }) => ({ conversationId }),
  },
  submitSurvey: {
    document: documents.rate,
    ids: ['conversationId'],
    input: ({ closedId }) => ({ conversationId: closedId, rating: 5 }),
  },
} satisfies Record<string, { document: string; ids: string[]; input: (scene: Scene) => Input }>;

export type MutationName = keyof typeof mutations;

/** The mutation with one field that is wrong. */
export function withField(name: MutationName, field: string, value: unknown, code = 'BAD_USER_INPUT'): BadCase {
  const { document, input } = mutations[name];
  const shown = JSON.stringify(value)?.slice(0, 60) ?? 'nothing';
  return {
    what: `${name} with ${field} ${shown}`,
    document,
    variables: (scene) => ({ input: { ...input(scene), [field]: value } }),
    code,
    field: code === 'BAD_USER_INPUT' ? field : undefined,
  };
}
