import { badInput } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';

export const authResolvers: Resolvers = {
  Mutation: {
    refreshToken: async (_root, { token }, { socket }) => {
      if (!socket) throw badInput('token', 'can be refreshed on a socket only; over HTTP send the new one as it is.');
      return { expiresAt: await socket.refresh(token) };
    },
  },
};
