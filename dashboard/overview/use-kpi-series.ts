import { startTransition, useEffect, useState } from 'react';
import type { Client, ParleyError } from '../../client/index.ts';
import { type KpiSeries, kpiSeriesQuery, type Range } from './kpi-series.ts';

/** What is added up is half a minute old anyway. */
const INTERVAL_MS = 30_000;

export interface Trends {
  /** Null until the first answer for this range. */
  readonly series: readonly KpiSeries[] | null;
  readonly error: ParleyError | null;
}

/** Asks for the trends again and again; while paused the last ones stay. */
export function useKpiSeries(
  client: Client,
  metrics: readonly string[],
  range: Range,
  timeZone: string,
  paused: boolean,
): Trends {
  const [received, setReceived] = useState<{ series: readonly KpiSeries[]; range: Range } | null>(null);
  const [error, setError] = useState<ParleyError | null>(null);

  useEffect(() => {
    if (paused) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    async function ask() {
      const to = new Date();
      const from = new Date(to.getTime() - range.ms);
      try {
        const variables = { metrics, from, to, bucket: range.bucket, timeZone };
        const { kpiSeries } = await client.request<{ kpiSeries: readonly KpiSeries[] }>(kpiSeriesQuery, variables);
        if (stopped) return;
        startTransition(() => {
          setReceived({ series: kpiSeries, range });
          setError(null);
        });
      } catch (caught) {
        if (stopped) return;
        setError(caught as ParleyError);
      }
      timer = setTimeout(ask, INTERVAL_MS);
    }
    void ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [client, metrics, range, timeZone, paused]);

  return { series: received && (received.range === range || paused) ? received.series : null, error };
}
