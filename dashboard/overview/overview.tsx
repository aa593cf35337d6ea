import { Alert, Button, SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import type { Client } from '../../client/index.ts';
import { useObservable } from '../session/use-observable.ts';
import { Icon } from '../shell/icon.tsx';
import { Figures } from './figures.tsx';
import { Freshness } from './freshness.tsx';
import { windows } from './kpi-overview.ts';
import { overviewMetrics } from './kpi-series.ts';
import classes from './overview.module.css';
import { FiguresSkeleton } from './overview-loading.tsx';
import { Trends } from './trends.tsx';
import { useKpiDefinitions } from './use-kpi-definitions.ts';
import { useKpiOverview } from './use-kpi-overview.ts';
import { useWindowInUrl } from './use-window-in-url.ts';

export function Overview({ client }: { client: Client }) {
  const [windowMinutes, setWindowMinutes] = useWindowInUrl();
  const [paused, setPaused] = useState(false);
  const { overview, receivedAt, error, retry } = useKpiOverview(client, windowMinutes, paused);
  const definitions = useKpiDefinitions(client);
  const connection = useObservable(client.connection);
  const live = connection.status === 'online' && overview !== null;
  const lost = receivedAt > 0 && !paused && (connection.status === 'waiting' || connection.status === 'offline');

  return (
    <>
      <div className={classes.head}>
        <h1 className={classes.title}>Overview</h1>
        <Freshness receivedAt={receivedAt} live={live} paused={paused} onPause={setPaused} />
        <SegmentedControl
          className={classes.window}
          value={String(windowMinutes)}
          onChange={(value) => setWindowMinutes(Number(value))}
          aria-label="How far to look back"
          data={windows.map(({ minutes, label }) => ({ value: String(minutes), label }))}
        />
      </div>
      {lost && (
        <Alert role="status" icon={<Icon name="offline" />} title="The connection was lost" mb="lg">
          These are the last figures that came. The page goes on by itself as soon as the server can be reached.
        </Alert>
      )}
      {error ? (
        <Alert role="alert" icon={<Icon name="alert" />} title="The figures could not be loaded" mb="lg">
          <Text size="sm" mb="sm">
            {error.code === 'FORBIDDEN' ? 'Only managers may see them. Sign in with a manager’s link.' : error.message}
          </Text>
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        </Alert>
      ) : (
        <div data-stale={lost || undefined} className={classes.body}>
          {overview && definitions.length > 0 ? (
            <Figures overview={overview} definitions={definitions} windowMinutes={windowMinutes} />
          ) : (
            <FiguresSkeleton />
          )}
          <Trends client={client} paused={paused} metrics={overviewMetrics} page="overview" />
        </div>
      )}
    </>
  );
}
