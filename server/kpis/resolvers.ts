import type { KpiOverview, Resolvers } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import { accessKpiSeries, accessKpis, checkManager } from './access-kpis.ts';
import { kpis } from './kpi-definitions.ts';
import type { CalendarUnit } from './kpi-series-queries.ts';
import { readKpiOverview } from './read-kpi-overview.ts';
import { readKpiSeries } from './read-kpi-series.ts';

export const kpiResolvers: Resolvers = {
  Query: {
    kpiOverview: (_root, { windowMinutes }, { app, viewer }) =>
      readKpiOverview(app.db, accessKpis(viewer, windowMinutes)),
    kpis(_root, _args, { viewer }) {
      checkManager(viewer);
      return kpis;
    },
    kpiSeries(_root, { metrics, bucket, ...range }, { app, viewer }) {
      const unit = bucket.toLowerCase() as CalendarUnit;
      return readKpiSeries(app.db, [...new Set(metrics)], accessKpiSeries(viewer, { ...range, unit }));
    },
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
