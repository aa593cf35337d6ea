import { useEffect, useState } from 'react';
import type { Client, ParleyError } from '../../client/index.ts';
import { type MessageJourney, messageJourneyQuery } from './message-journey.ts';

export interface JourneyNow {
  /** Null until it is known, and where there is none. */
  readonly journey: MessageJourney | null;
  readonly error: ParleyError | null;
  /** Asks again, after an error. */
  retry(): void;
}

/** Times are written down a second after; and what has not happened may happen while somebody looks. */
const ASK_AGAIN_MS = 2_000;
/** From then on a time that is not there will not come any more. */
const SETTLED_MS = 10_000;

/** The journey of one message; asked for again for as long as it goes on. */
export function useJourney(client: Client, id: string): JourneyNow {
  const [answer, setAnswer] = useState<{ id: string; journey: MessageJourney | null; error: ParleyError | null }>();
  const [asked, setAsked] = useState(0);
  const [loading, setLoading] = useState(true);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each asking asks anew.
  useEffect(() => {
    let left = false;
    setLoading(true);
    client
      .request<{ messageJourney: MessageJourney }>(messageJourneyQuery, { id })
      .then(
        ({ messageJourney }) => !left && setAnswer({ id, journey: messageJourney, error: null }),
        (error: ParleyError) => !left && setAnswer({ id, journey: null, error }),
      )
      .finally(() => !left && setLoading(false));
    return () => {
      left = true;
    };
  }, [client, id, asked]);

  const fits = answer?.id === id ? answer : undefined;
  const goesOn = fits?.journey && isUnderWay(fits.journey);
  useEffect(() => {
    if (!goesOn || loading) return;
    const timer = setTimeout(() => setAsked((n) => n + 1), ASK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [goesOn, loading]);

  return {
    journey: fits?.journey ?? null,
    error: fits?.error ?? null,
    retry: () => setAsked((n) => n + 1),
  };
}

function isUnderWay({ message, publishing, recipients }: MessageJourney): boolean {
  const isYoung = Date.now() - Date.parse(message.createdAt) < SETTLED_MS;
  return isYoung || publishing.state === 'WAITING' || recipients.some(({ status }) => status !== 'READ');
}
