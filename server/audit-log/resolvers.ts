import type { Resolvers } from '../generated/graphql.ts';
import { checkOptionalId } from '../input.ts';
import { pageOfAuditEntries } from './list-audit-entries.ts';

export const auditLogResolvers: Resolvers = {
  Query: {
    auditLog: (_root, { filter, first, after }, { app, viewer }) =>
      pageOfAuditEntries(
        app,
        viewer,
        {
          action: filter?.action ?? [],
          actorId: checkOptionalId('actorId', filter?.actorId),
          participantId: checkOptionalId('participantId', filter?.participantId),
          conversationId: checkOptionalId('conversationId', filter?.conversationId),
          since: filter?.since ?? undefined,
          until: filter?.until ?? undefined,
        },
        { first, after },
      ),
  },
  AuditEntry: {
    id: ({ id }) => String(id),
    actor: async ({ actorId }, _args, { loaders }) =>
      actorId === null ? null : ((await loaders.participant.load(actorId)) ?? null),
    participant: async ({ participantId }, _args, { loaders }) =>
      participantId === null ? null : ((await loaders.participant.load(participantId)) ?? null),
  },
};
