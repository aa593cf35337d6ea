import { forbidden } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { checkId, checkOptionalText } from '../input.ts';
import { accessParticipant } from './access-participant.ts';
import { deleteParticipant } from './delete-participant.ts';
import { pageOfParticipants } from './list-participants.ts';
import { isStaff } from './participant.ts';
import { revokeParticipant } from './revoke-participant.ts';

/** More than anybody types. */
const SEARCH = { max: 100 };

export const participantResolvers: Resolvers = {
  Query: {
    viewer: (_root, _args, { viewer }) => viewer,
    participants: (_root, { search, role, first, after }, { app, viewer }) =>
      pageOfParticipants(
        app,
        viewer,
        { search: checkOptionalText('search', search, SEARCH), role: role ?? [] },
        { first, after },
      ),
    erasure: async (_root, { participantId }, { app, viewer }) => {
      if (viewer.role !== 'MANAGER') throw forbidden('Erasures are for managers.');
      const { id } = await accessParticipant(app.db, viewer, checkId('participantId', participantId));
      return app.db.erasure.findUnique({ where: { participantId: id } });
    },
  },
  Mutation: {
    deleteParticipant: async (_root, { input }, { app, viewer }) => {
      const id = checkId('participantId', input.participantId);
      await deleteParticipant(app, viewer, id);
      return {
        participant: await accessParticipant(app.db, viewer, id),
        erasure: await app.db.erasure.findUniqueOrThrow({ where: { participantId: id } }),
      };
    },
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
