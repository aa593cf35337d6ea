import type { KpiOverview, Resolvers } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import { accessKpiRange, accessKpiSeries, accessKpis, accessSlowMessages, checkManager } from './access-kpis.ts';
import { readAgentLoads } from './agent-load-queries.ts';
import type { CalendarUnit } from './kpi-series-queries.ts';
import { readKpiOverview } from './read-kpi-overview.ts';
import { readKpiSeries } from './read-kpi-series.ts';
import { readTraffic } from './read-traffic.ts';
import { readKpis, setTarget } from './set-target.ts';
import { readSlowestMessages } from './slow-message-queries.ts';

export const kpiResolvers: Resolvers = {
  Query: {
    kpiOverview(_root, { windowMinutes }, { app, viewer }) {
      const minutes = accessKpis(viewer, windowMinutes);
      return app.longReads.run((db) => readKpiOverview({ db, primary: app.db }, minutes));
    },
    kpis(_root, _args, { app, viewer }) {
      checkManager(viewer);
      return readKpis(app.db);
    },
    trafficByHour(_root, asked, { app, viewer }) {
      const range = accessKpiRange(viewer, asked);
      return app.longReads.run((db) => readTraffic(db, range));
    },
    slowestMessages(_root, asked, { app, viewer }) {
      const range = accessSlowMessages(viewer, asked);
      return app.longReads.run((db) => readSlowestMessages(db, range));
    },
    agentLoads(_root, _args, { app, viewer }) {
      checkManager(viewer);
      return readAgentLoads(app.db);
    },
    async kpiSeries(_root, { metrics, bucket, ...asked }, { app, viewer }) {
      const unit = bucket.toLowerCase() as CalendarUnit;
      const range = accessKpiSeries(viewer, { ...asked, unit });
      // Whoever has just set a target sees it.
      const figures = await readKpis(app.db, [...new Set(metrics)]);
      return readKpiSeries(app.longReads, figures, range);
    },
  },
  KpiSeries: { previous: (series) => series.previous() },
  AgentLoad: {
    agent: async ({ participantId }, _args, { loaders }) => (await loaders.participant.load(participantId))!,
  },
  Mutation: {
    async setKpiTarget(_root, { input }, { app, viewer }) {
      checkManager(viewer);
      return { kpi: await setTarget(app.db, viewer, input.metric, input.value ?? null) };
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
