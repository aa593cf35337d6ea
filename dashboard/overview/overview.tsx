import type { Client } from '../../client/index.ts';
import { Figures } from './figures.tsx';
import { overviewMetrics } from './kpi-series.ts';
import { LiveFigures } from './live-figures.tsx';
import { FiguresSkeleton } from './overview-loading.tsx';
import { Trends } from './trends.tsx';

export function Overview({ client }: { client: Client }) {
  return (
    <LiveFigures
      client={client}
      title="Overview"
      skeleton={<FiguresSkeleton />}
      now={(overview, definitions, windowMinutes) => (
        <Figures overview={overview} definitions={definitions} windowMinutes={windowMinutes} />
      )}
      overTime={(paused) => <Trends client={client} paused={paused} metrics={overviewMetrics} page="overview" />}
    />
  );
}
