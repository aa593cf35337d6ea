import type { Resolvers } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import { checkManager } from '../kpis/access-kpis.ts';
import type { CalendarUnit } from '../kpis/kpi-series-queries.ts';
import { accessResults, accessSatisfaction, checkResultFilter } from './access-results.ts';
import { pageOfResults, type SurveyResult } from './list-results.ts';
import { readSatisfaction } from './read-satisfaction.ts';

export const satisfactionResolvers: Resolvers = {
  Query: {
    satisfaction(_root, { filter, bucket, timeZone }, { app, viewer }) {
      const unit = bucket.toLowerCase() as CalendarUnit;
      const asked = accessSatisfaction(viewer, filter, { unit, timeZone });
      return readSatisfaction(app.longReads, asked, asked);
    },
    surveyResults: (_root, { filter, only, first, after }, { app, viewer }) =>
      pageOfResults(app, accessResults(viewer, filter), checkResultFilter(only), { first, after }),
  },
  Satisfaction: {
    total: async (satisfaction) => (await satisfaction.scores()).total,
    previous: async (satisfaction) => (await satisfaction.scores()).previous,
    points: async (satisfaction) => (await satisfaction.scores()).points,
    byAgent: async (satisfaction) => (await satisfaction.groups()).byAgent,
    byQueue: async (satisfaction) => (await satisfaction.groups()).byQueue,
    byTopic: async (satisfaction) => (await satisfaction.groups()).byTopic,
    responses: (satisfaction) => satisfaction.responses(),
    questions: (satisfaction) => satisfaction.questions(),
  },
  AgentSatisfaction: {
    agent: async ({ agentId }, _args, { loaders }) =>
      agentId === null ? null : ((await loaders.participant.load(agentId)) ?? null),
  },
  SurveyResult: {
    agent: async ({ agentId }, _args, { loaders }) =>
      agentId === null ? null : ((await loaders.participant.load(agentId)) ?? null),
    customer: async ({ customerId }, _args, { loaders }) => (await loaders.participant.load(customerId))!,
  },
  Subscription: {
    newestSurveyResults: {
      subscribe(_root, _args, { app, viewer }) {
        checkManager(viewer);
        return app.resultFeed.follow();
      },
      // Whoever is a manager no longer sees no more of them.
      resolve(results: readonly SurveyResult[], _args: unknown, { viewer }: Context) {
        checkManager(viewer);
        return results;
      },
    },
  },
};
