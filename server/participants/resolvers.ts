import type { Resolvers } from '../generated/graphql.ts';
import { checkId } from '../input.ts';
import { isStaff } from './participant.ts';
import { revokeParticipant } from './revoke-participant.ts';

export const participantResolvers: Resolvers = {
  Query: {
    viewer: (_root, _args, { viewer }) => viewer,
  },
  Mutation: {
    revokeParticipant: async (_root, { participantId }, { app, viewer }) => ({
      participant: await revokeParticipant(app, viewer, checkId('participantId', participantId)),
    }),
  },
  Participant: {
    externalId: ({ id, externalId, deletedAt }, _args, { viewer }) =>
      deletedAt === null && (isStaff(viewer) || viewer.id === id) ? externalId : null,
    online: ({ id }, _args, { loaders }) => loaders.online.load(id),
    lastSeenAt: ({ id }, _args, { loaders }) => loaders.lastSeenAt.load(id),
  },
};
