import { startTransition, useEffect, useState } from 'react';
import type { Client } from '../../client/index.ts';
import { type KpiDefinition, kpisQuery } from './kpi-series.ts';

const RETRY_MS = 5_000;

/** What the server says that each key figure is. Empty until it has. */
export function useKpiDefinitions(client: Client): readonly KpiDefinition[] {
  const [definitions, setDefinitions] = useState<readonly KpiDefinition[]>([]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const ask = () =>
      client.request<{ kpis: readonly KpiDefinition[] }>(kpisQuery, {}).then(
        ({ kpis }) => stopped || startTransition(() => setDefinitions(kpis)),
        () => {
          // The figures' own subscription tells what is wrong.
          if (!stopped) timer = setTimeout(ask, RETRY_MS);
        },
      );
    void ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [client]);
  return definitions;
}
