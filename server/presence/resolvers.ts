import type { Resolvers } from '../generated/graphql.ts';
import { checkId } from '../input.ts';
import { setTyping } from './set-typing.ts';

export const presenceResolvers: Resolvers = {
  Mutation: {
    setTyping: (_root, { input }, { app, viewer }) =>
      setTyping(app, viewer, { conversationId: checkId('conversationId', input.conversationId), typing: input.typing }),
  },
  TypingChanged: {
    participant: async ({ participantId }, _args, { loaders }) => (await loaders.participant.load(participantId))!,
  },
  PresenceChanged: {
    participant: async ({ participantId }, _args, { loaders }) => (await loaders.participant.load(participantId))!,
  },
};
