import { startTransition, useEffect, useState } from 'react';
import type { Client, ParleyError } from '../../client/index.ts';
import { type KpiOverview, kpiOverviewSubscription } from './kpi-overview.ts';

export interface LiveKpis {
  /** Null until the first answer for this window. */
  readonly overview: KpiOverview | null;
  /** This device's clock when the newest answer came, in ms since 1970. */
  readonly receivedAt: number;
  readonly error: ParleyError | null;
  retry(): void;
}

/** Follows the key figures; while paused the last ones stay. */
export function useKpiOverview(client: Client, windowMinutes: number, paused: boolean): LiveKpis {
  const [received, setReceived] = useState<{ overview: KpiOverview; at: number; windowMinutes: number } | null>(null);
  const [error, setError] = useState<ParleyError | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt subscribes anew.
  useEffect(() => {
    if (paused) return;
    const following = client.follow<{ kpiOverview: KpiOverview }>(kpiOverviewSubscription, () => ({ windowMinutes }), {
      next: ({ kpiOverview }) => {
        const at = Date.now();
        startTransition(() => {
          setReceived({ overview: kpiOverview, at, windowMinutes });
          setError(null);
        });
      },
      ended: setError,
    });
    return () => following.stop();
  }, [client, windowMinutes, paused, attempt]);

  const fits = received?.windowMinutes === windowMinutes || paused;
  return {
    overview: received && fits ? received.overview : null,
    receivedAt: received?.at ?? 0,
    error,
    retry: () => {
      setError(null);
      setAttempt((n) => n + 1);
    },
  };
}
