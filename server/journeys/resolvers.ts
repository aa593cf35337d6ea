import type { Resolvers } from '../generated/graphql.ts';
import { checkId } from '../input.ts';
import { readJourney } from './read-journey.ts';

export const journeyResolvers: Resolvers = {
  Query: {
    messageJourney: (_root, { messageId }, { app, viewer }) =>
      readJourney(app, viewer, checkId('messageId', messageId)),
  },
  MessageRecipient: {
    participant: async ({ participantId }, _args, { loaders }) => (await loaders.participant.load(participantId))!,
  },
};
