import type { KpiOverview, Resolvers } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
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
      // Whoever is a manager no longer sees no more of them.
      resolve: (overview: KpiOverview, { windowMinutes }: { windowMinutes?: number | null }, { viewer }: Context) => {
        accessKpis(viewer, windowMinutes);
        return overview;
      },
    },
  },
};
