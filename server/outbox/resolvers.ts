import type { Resolvers } from '../generated/graphql.ts';
import { checkOptionalId } from '../input.ts';
import { discardDeadLetters, pageOfDeadLetters, replayDeadLetters } from './dead-letters.ts';

export const outboxResolvers: Resolvers = {
  Query: {
    deadLetters: (_root, { conversationId, first, after }, { app, viewer }) =>
      pageOfDeadLetters(app, viewer, {
        conversationId: checkOptionalId('conversationId', conversationId),
        first,
        after,
      }),
  },
  Mutation: {
    replayDeadLetters: async (_root, { input }, { app, viewer }) => ({
      count: await replayDeadLetters(app, viewer, input),
    }),
    discardDeadLetters: async (_root, { input }, { app, viewer }) => ({
      count: await discardDeadLetters(app, viewer, input),
    }),
  },
  DeadLetter: { id: ({ id }) => String(id) },
};
