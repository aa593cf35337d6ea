import { badInput } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { checkId, checkOptionalId } from '../input.ts';
import { endSession } from './end-session.ts';
import { pageOfSessions } from './list-sessions.ts';

export const authResolvers: Resolvers = {
  Query: {
    sessions: (_root, { participantId, everybody, past, first, after }, { app, viewer }) =>
      pageOfSessions(
        app,
        viewer,
        {
          participantId: checkOptionalId('participantId', participantId) ?? (everybody ? undefined : viewer.id),
          past: past ?? false,
        },
        { first, after },
      ),
  },
  Mutation: {
    refreshToken: async (_root, { token }, { login }) => {
      if (!login.refresh)
        throw badInput('token', 'can be refreshed on a socket only; over HTTP send the new one as it is.');
      return { expiresAt: await login.refresh(token) };
    },
    endSession: async (_root, { id }, { app, viewer }) => ({
      session: await endSession(app, viewer, checkId('id', id)),
    }),
  },
  Session: {
    participant: async ({ participantId }, _args, { loaders }) => (await loaders.participant.load(participantId))!,
    current: ({ logins }, _args, { login }) =>
      logins.some((one) => Buffer.from(one).toString('base64url') === login.grant.login),
  },
};
