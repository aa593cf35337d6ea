import { useEffect, useState } from 'react';
import type { Client, ParleyError } from '../../client/index.ts';
import { newestSurveyResultsSubscription, type Result } from './satisfaction.ts';

export interface NewestResults {
  /** Null until the first list. */
  readonly results: readonly Result[] | null;
  /** This device's clock when the newest list came, in ms since 1970. */
  readonly receivedAt: number;
  readonly error: ParleyError | null;
}

/** Follows the newest answers; while paused the last ones stay. */
export function useNewestResults(client: Client, paused: boolean): NewestResults {
  const [received, setReceived] = useState<{ results: readonly Result[]; at: number } | null>(null);
  const [error, setError] = useState<ParleyError | null>(null);
  useEffect(() => {
    if (paused) return;
    const following = client.follow<{ newestSurveyResults: readonly Result[] }>(
      newestSurveyResultsSubscription,
      () => ({}),
      {
        next: ({ newestSurveyResults }) => {
          setReceived({ results: newestSurveyResults, at: Date.now() });
          setError(null);
        },
        ended: setError,
      },
    );
    return () => following.stop();
  }, [client, paused]);
  return { results: received?.results ?? null, receivedAt: received?.at ?? 0, error };
}
