import { Alert, SegmentedControl } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Client } from '../../client/index.ts';
import { Failed } from '../session/failed.tsx';
import { useObservable } from '../session/use-observable.ts';
import { Icon } from '../shell/icon.tsx';
import { Freshness } from './freshness.tsx';
import { type KpiOverview, windows } from './kpi-overview.ts';
import type { KpiDefinition } from './kpi-series.ts';
import classes from './overview.module.css';
import { useKpiDefinitions } from './use-kpi-definitions.ts';
import { useKpiOverview } from './use-kpi-overview.ts';
import { useWindowInUrl } from './use-window-in-url.ts';

interface LiveFiguresProps {
  client: Client;
  title: string;
  /** What stands there until the figures have come. */
  skeleton: ReactNode;
  now(overview: KpiOverview, definitions: readonly KpiDefinition[], windowMinutes: number): ReactNode;
  /** Below the figures of now. */
  overTime(paused: boolean): ReactNode;
}

/** A page of key figures that are live: how old they are, how far they look back, and what is to be said when they stop. */
export function LiveFigures({ client, title, skeleton, now, overTime }: LiveFiguresProps) {
  const [windowMinutes, setWindowMinutes] = useWindowInUrl();
  const [paused, setPaused] = useState(false);
  const { overview, receivedAt, error, retry } = useKpiOverview(client, windowMinutes, paused);
  const definitions = useKpiDefinitions(client);
  const { status } = useObservable(client.connection);
  const lost = receivedAt > 0 && !paused && (status === 'waiting' || status === 'offline');

  return (
    <>
      <div className={classes.head}>
        <h1 className={classes.title}>{title}</h1>
        <Freshness
          receivedAt={receivedAt}
          live={status === 'online' && overview !== null}
          paused={paused}
          onPause={setPaused}
        />
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
        <Failed title="The figures could not be loaded" error={error} onRetry={retry} />
      ) : (
        <div data-stale={lost || undefined} className={classes.body}>
          {overview && definitions.length > 0 ? now(overview, definitions, windowMinutes) : skeleton}
          {overTime(paused)}
        </div>
      )}
    </>
  );
}
