import type { Resolvers } from '../generated/graphql.ts';
import { isStaff } from './participant.ts';

export const participantResolvers: Resolvers = {
  Query: {
    viewer: (_root, _args, { viewer }) => viewer,
  },
  Participant: {
    externalId: ({ id, externalId }, _args, { viewer }) => (isStaff(viewer) || viewer.id === id ? externalId : null),
    online: ({ id }, _args, { loaders }) => loaders.online.load(id),
    lastSeenAt: ({ id }, _args, { loaders }) => loaders.lastSeenAt.load(id),
  },
};
