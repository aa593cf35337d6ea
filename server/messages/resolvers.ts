import type { Resolvers } from '../generated/graphql.ts';
import { checkId, checkRange, checkText } from '../input.ts';
import { deleteMessage } from './delete-message.ts';
import { editMessage } from './edit-message.ts';
import { messageStatus } from './message.ts';

/** Unicode code points; two dense pages, and what 256 KB frames carry at their worst. */
const BODY = { min: 1, max: 8_000 };
const MAX_VERSION = 2 ** 31 - 1;

export const messageResolvers: Resolvers = {
  Mutation: {
    sendMessage: (_root, { input }, { app, viewer }) =>
      app.sendMessage(viewer, {
        id: checkId('id', input.id),
        conversationId: checkId('conversationId', input.conversationId),
        body: checkText('body', input.body, BODY),
        sentAt: input.sentAt ?? null,
      }),
    editMessage: async (_root, { input }, { app, viewer }) => ({
      message: await editMessage(app, viewer, {
        conversationId: checkId('conversationId', input.conversationId),
        messageId: checkId('messageId', input.messageId),
        body: checkText('body', input.body, BODY),
        version: checkRange('version', input.version, 1, MAX_VERSION),
      }),
    }),
    deleteMessage: async (_root, { input }, { app, viewer }) => ({
      message: await deleteMessage(app, viewer, {
        conversationId: checkId('conversationId', input.conversationId),
        messageId: checkId('messageId', input.messageId),
      }),
    }),
  },
  Message: {
    sender: async ({ senderId }, _args, { loaders }) => (await loaders.participant.load(senderId))!,
    status: async (message, _args, { loaders }) => {
      const members =
        message.watermarks ??
        (await loaders.members.load(message.conversationId)).map((m) => [m.participantId, m] as const);
      return messageStatus(message, members);
    },
  },
};
