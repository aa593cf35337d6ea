import { Skeleton } from '@mantine/core';
import { useState } from 'react';
import type { Client } from '../../client/index.ts';
import { Failed } from '../session/failed.tsx';
import { useAnswer } from '../session/use-answer.ts';
import { type TargetedKpi, targetsQuery } from './kpi-target.ts';
import classes from './settings.module.css';
import { SurveySettings } from './survey-settings.tsx';
import { TargetRow } from './target-row.tsx';

/** What the key figures are held to, and what load is forecast. */
export function Settings({ client }: { client: Client }) {
  const { data, error, askAgain } = useAnswer<{ kpis: readonly TargetedKpi[] }>(client, targetsQuery, {}, 60_000);
  const [changed, setChanged] = useState<Readonly<Record<string, TargetedKpi>>>({});
  if (!data)
    return error ? (
      <>
        <Heading />
        <Failed title="The settings could not be loaded" error={error} onRetry={askAgain} />
      </>
    ) : (
      <SettingsLoading />
    );
  const kpis = data.kpis.filter(({ comparison }) => comparison !== null).map((kpi) => changed[kpi.metric] ?? kpi);
  const rows = (chosen: readonly TargetedKpi[]) => (
    <ul className={classes.rows}>
      {chosen.map((kpi) => (
        <TargetRow
          key={kpi.metric}
          client={client}
          kpi={kpi}
          onChange={(one) => setChanged((before) => ({ ...before, [one.metric]: one }))}
        />
      ))}
    </ul>
  );
  return (
    <>
      <Heading />
      <section aria-labelledby="targets">
        <h2 id="targets" className={classes.section}>
          Targets
        </h2>
        {rows(kpis.filter(({ unit }) => unit !== 'COUNT'))}
      </section>
      <section aria-labelledby="forecast">
        <h2 id="forecast" className={classes.section}>
          Forecast of the load
        </h2>
        <p className={classes.lead}>
          The peak that you expect. The overview shows whether the load has reached it; without a forecast it only shows
          the peak.
        </p>
        {rows(kpis.filter(({ unit }) => unit === 'COUNT'))}
      </section>
      <SurveySettings client={client} />
    </>
  );
}

const Heading = () => (
  <>
    <h1 className={classes.title}>Settings</h1>
    <p className={classes.lead}>They hold for everybody, from the moment they are saved.</p>
  </>
);

export function SettingsLoading() {
  return (
    <>
      <Heading />
      <div role="status" aria-busy="true" aria-label="Loading the settings">
        {['a', 'b', 'c', 'd'].map((key) => (
          <Skeleton key={key} height={104} radius={12} mb={12} />
        ))}
      </div>
    </>
  );
}
