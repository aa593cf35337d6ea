import type { KpiOverview, Resolvers } from '../generated/graphql.ts';
import { accessKpis } from './access-kpis.ts';
import { readKpiOverview } from './read-kpi-overview.ts';

export const kpiResolvers: Resolvers = {
  Query: {
    kpiOverview: (_root, { windowMinutes }, { app, viewer }) =>
      readKpiOverview(app.db, accessKpis(viewer, windowMinutes)),
  },
  Subscription: {
    kpiOverview: {
      subscribe: (_root, { windowMinutes }, { app, viewer }) => app.kpiFeed.follow(accessKpis(viewer, windowMinutes)),
      resolve: (overview: KpiOverview) => overview,
    },
  },
};
