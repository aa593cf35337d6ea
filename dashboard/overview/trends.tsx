import { SegmentedControl, Skeleton } from '@mantine/core';
import { useState } from 'react';
import type { Client } from '../../client/index.ts';
import { ExportButton } from '../export/export-button.tsx';
import { compare, detailOf, figureOf, judgeTarget } from './judge-trend.ts';
import { KpiCard } from './kpi-card.tsx';
import { bucketName, type KpiSeries, type Range, ranges } from './kpi-series.ts';
import classes from './overview.module.css';
import { Sparkline } from './sparkline.tsx';
import trendClasses from './trends.module.css';
import { TrendsTable, trendsTable } from './trends-table.tsx';
import { useKpiSeries } from './use-kpi-series.ts';
import { useRangeInUrl } from './use-range-in-url.ts';

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

interface TrendsProps {
  client: Client;
  paused: boolean;
  metrics: readonly string[];
  /** Whose they are: what their table is named after as a file. */
  page: string;
}

/** The key figures over days to years, each against its target and against the time before. */
export function Trends({ client, paused, metrics, page }: TrendsProps) {
  const [range, setRange] = useRangeInUrl();
  const [shown, setShown] = useState('cards');
  const { series, error } = useKpiSeries(client, metrics, range, timeZone, paused);
  return (
    <section aria-label="Over time">
      <div className={trendClasses.head}>
        <h2 className={trendClasses.title}>Over time</h2>
        <span className={trendClasses.zone}>
          by the {bucketName[range.bucket]}, {timeZone.replaceAll('_', ' ')}
        </span>
        {series && <ExportButton label="the trends" page={page} range={range.key} {...trendsTable(series, range)} />}
        <SegmentedControl
          size="xs"
          value={shown}
          onChange={setShown}
          aria-label="Over time: show as"
          data={[
            { value: 'cards', label: 'Trend' },
            { value: 'table', label: 'Table' },
          ]}
        />
        <SegmentedControl
          className={classes.window}
          value={range.key}
          onChange={setRange}
          aria-label="Range of the trends"
          data={ranges.map(({ key, label }) => ({ value: key, label }))}
        />
      </div>
      {error && !series && (
        <p role="alert" className={trendClasses.error}>
          The trends could not be loaded: {error.message} They are asked for again by themselves.
        </p>
      )}
      {!series && !error && <TrendsSkeleton />}
      {series && shown === 'cards' && (
        <ul className={trendClasses.cards}>
          {series.map((one) => (
            <TrendCard key={one.kpi.metric} series={one} range={range} />
          ))}
        </ul>
      )}
      {series && shown === 'table' && <TrendsTable series={series} range={range} />}
    </section>
  );
}

function TrendCard({ series, range }: { series: KpiSeries; range: Range }) {
  const { kpi, total } = series;
  const change = compare(series, range);
  return (
    <KpiCard
      kpi={{
        key: `trend-${kpi.metric}`,
        label: kpi.name,
        definition: kpi.definition,
        figure: total.value === null ? null : figureOf(kpi, total.value),
        detail: detailOf(series),
        target: judgeTarget(kpi, total.value),
      }}
    >
      <Sparkline values={shownOf(series)} />
      <p className={trendClasses.change} data-tone={change.tone}>
        {change.text}
      </p>
    </KpiCard>
  );
}

/** The first and the last part are cut by the range: of counts they would look like a fall. */
function shownOf({ kpi, points }: KpiSeries): (number | null)[] {
  const values = points.map(({ value }) => value);
  return kpi.unit === 'COUNT' ? values.slice(1, -1) : values;
}

function TrendsSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading the trends" className={trendClasses.cards}>
      {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
        <Skeleton key={key} height={236} radius={12} />
      ))}
    </div>
  );
}
