import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { auditLogResolvers } from '../audit-log/resolvers.ts';
import { authResolvers } from '../auth/resolvers.ts';
import { conversationResolvers } from '../conversations/resolvers.ts';
import { deliveryResolvers } from '../delivery/resolvers.ts';
import { journeyResolvers } from '../journeys/resolvers.ts';
import { kpiResolvers } from '../kpis/resolvers.ts';
import { messageResolvers } from '../messages/resolvers.ts';
import { outboxResolvers } from '../outbox/resolvers.ts';
import { participantResolvers } from '../participants/resolvers.ts';
import { presenceResolvers } from '../presence/resolvers.ts';
import { satisfactionResolvers } from '../satisfaction/resolvers.ts';
import { surveyResolvers } from '../surveys/resolvers.ts';
import { visitResolvers } from '../visits/resolvers.ts';
import { DateTime } from './date-time.ts';
import { loadTypeDefs } from './load-type-defs.ts';
import { nodeResolvers } from './node.ts';

export const createSchema = (): GraphQLSchema =>
  makeExecutableSchema({
    typeDefs: loadTypeDefs(),
    resolvers: [
      { DateTime },
      nodeResolvers,
      authResolvers,
      auditLogResolvers,
      participantResolvers,
      conversationResolvers,
      messageResolvers,
      deliveryResolvers,
      presenceResolvers,
      surveyResolvers,
      satisfactionResolvers,
      kpiResolvers,
      visitResolvers,
      outboxResolvers,
      journeyResolvers,
    ],
    updateResolversInPlace: true,
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  });
