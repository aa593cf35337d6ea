import { SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import type { Client } from '../../client/index.ts';
import { ChartCard, ChartCardSkeleton } from '../overview/chart-card.tsx';
import { count, durationOrNone, durationText, timeText } from '../overview/format.ts';
import { lazyChart } from '../overview/lazy-chart.tsx';
import { useRangeInUrl } from '../overview/use-range-in-url.ts';
import { Failed } from '../session/failed.tsx';
import { useAnswer } from '../session/use-answer.ts';
import classes from './delivery.module.css';
import { type Latencies, latenciesQuery, legs } from './delivery-series.ts';

const LatencyChart = lazyChart(() => import('../overview/charts.tsx').then((m) => m.LatencyChart));

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const QUARTER_MS = 15 * 60_000;

/** Median, 95th and 99th percentile of one leg of a message's way, over the range that the trends have. */
export function LatencyOverTime({ client }: { client: Client }) {
  const [range] = useRangeInUrl();
  const [leg, setLeg] = useState<string>(legs[0]);
  const [openedAt] = useState(() => Math.ceil(Date.now() / QUARTER_MS) * QUARTER_MS);
  const { data, error, askAgain } = useAnswer<Latencies>(
    client,
    latenciesQuery,
    { metrics: legs, from: new Date(openedAt - range.ms), to: new Date(openedAt), bucket: range.bucket, timeZone },
    30_000,
  );
  const series = data?.kpiSeries.find(({ kpi }) => kpi.metric === leg);
  if (error && !data) return <Failed title="The latencies could not be loaded" error={error} onRetry={askAgain} />;
  if (!data || !series) return <ChartCardSkeleton />;

  const { total, points, kpi } = series;
  const rows = points.map(({ start, latency }) => ({ time: timeText(start, range.bucket), latency }));
  const nothing = (
    <Text c="dimmed" size="sm">
      Nothing was measured in this range.
    </Text>
  );
  return (
    <div className={classes.latency}>
      <SegmentedControl
        size="xs"
        value={leg}
        onChange={setLeg}
        aria-label="Leg of the way"
        data={data.kpiSeries.map(({ kpi: { metric, name } }) => ({ value: metric, label: name }))}
        className={classes.legs}
      />
      <ChartCard
        title={`${kpi.name}, over time`}
        summary={`${kpi.definition} Over the last ${range.words}: ${
          total.latency
            ? `median ${durationText(total.latency.p50Ms)}, 95th percentile ${durationText(total.latency.p95Ms)}, 99th ${durationText(total.latency.p99Ms)}.`
            : 'nothing was measured.'
        }`}
        empty={total.latency === null ? nothing : null}
        chart={
          <LatencyChart
            data={rows.map(({ time, latency }) => ({
              time,
              p50: latency?.p50Ms ?? null,
              p95: latency?.p95Ms ?? null,
              p99: latency?.p99Ms ?? null,
            }))}
          />
        }
        table={{
          head: ['From', 'Median', '95th percentile', '99th percentile', 'Measured'],
          rows: rows
            .toReversed()
            .map(({ time, latency }) => [
              time,
              durationOrNone(latency?.p50Ms ?? null),
              durationOrNone(latency?.p95Ms ?? null),
              durationOrNone(latency?.p99Ms ?? null),
              count(latency?.count ?? 0),
            ]),
        }}
        range={range.key}
      />
    </div>
  );
}
