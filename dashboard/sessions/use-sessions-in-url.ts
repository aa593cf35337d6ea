import { useRouter } from 'next/router';
import { useMemo } from 'react';

interface Shown {
  readonly participant: string;
  readonly past: string;
  readonly after: string;
}

export interface SessionsInUrl {
  /** Whose; undefined: everybody's. */
  readonly participantId: string | undefined;
  /** Also those that are over. */
  readonly past: boolean;
  readonly after: string | undefined;
  show(change: Partial<Shown>): void;
}

/** What is looked at lives in the address, so that a link shows what its sender saw. Null until the address is known. */
export function useSessionsInUrl(): SessionsInUrl | null {
  const router = useRouter();
  const { query, pathname, isReady } = router;
  return useMemo(() => {
    if (!isReady) return null;
    const one = (name: keyof Shown) => (typeof query[name] === 'string' ? query[name] : '');
    const shown: Shown = { participant: one('participant'), past: one('past'), after: one('after') };
    return {
      participantId: shown.participant || undefined,
      past: shown.past !== '',
      after: shown.after || undefined,
      show(change) {
        // Another list begins with its newest.
        const next = Object.entries({ ...shown, after: '', ...change }).filter(([, value]) => value);
        void router.push({ pathname, query: Object.fromEntries(next) }, undefined, { shallow: true });
      },
    };
  }, [router, query, pathname, isReady]);
}
