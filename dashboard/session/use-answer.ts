import { useCallback, useEffect, useState } from 'react';
import type { Client, ParleyError } from '../../client/index.ts';

export interface Answer<Data> {
  /** The newest one; null until there is one for these variables. */
  readonly data: Data | null;
  /** Why there is no newer one. */
  readonly error: ParleyError | null;
  askAgain(): void;
}

/** Asks a query, and again after a while: figures of a page that is left open stay true. */
export function useAnswer<Data>(
  client: Client,
  query: string,
  variables: Record<string, unknown>,
  intervalMs = 15_000,
): Answer<Data> {
  const asked = JSON.stringify(variables);
  const [received, setReceived] = useState<{ data: Data; asked: string } | null>(null);
  const [error, setError] = useState<ParleyError | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt asks anew.
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    async function ask() {
      try {
        const data = await client.request<Data>(query, JSON.parse(asked));
        if (stopped) return;
        setReceived({ data, asked });
        setError(null);
      } catch (caught) {
        if (stopped) return;
        setError(caught as ParleyError);
      }
      timer = setTimeout(ask, intervalMs);
    }
    void ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [client, query, asked, intervalMs, attempt]);

  return {
    data: received?.asked === asked ? received.data : null,
    error,
    askAgain: useCallback(() => setAttempt((n) => n + 1), []),
  };
}
