import { useRouter } from 'next/router';
import { useMemo } from 'react';
import { type ConversationFilter, noFilter } from './conversation-filter.ts';

export interface ListInUrl {
  readonly filter: ConversationFilter;
  /** Cursor of the page; undefined is the newest. */
  readonly after: string | undefined;
  /** The conversation that is read; undefined shows the list. */
  readonly id: string | undefined;
  narrow(change: Partial<ConversationFilter>): void;
  turnTo(after: string | undefined): void;
  /** The list that a conversation was opened from, to go back to. */
  readonly listHref: { pathname: string; query: Record<string, string> };
  hrefOf(id: string): { pathname: string; query: Record<string, string> };
}

/** What is looked at lives in the address, so that a link shows what its sender saw. Null until the address is known. */
export function useListInUrl(): ListInUrl | null {
  const router = useRouter();
  const { query, pathname, isReady } = router;
  return useMemo(() => {
    if (!isReady) return null;
    const one = (name: string) => (typeof query[name] === 'string' ? query[name] : '');
    const keys = Object.keys(noFilter) as (keyof ConversationFilter)[];
    const filter = Object.fromEntries(keys.map((key) => [key, one(key)])) as unknown as ConversationFilter;
    const given = (some: object) =>
      Object.fromEntries(Object.entries(some).filter(([, value]) => value)) as Record<string, string>;
    const place = (some: object) => ({ pathname, query: given(some) });
    const go = (some: object) => void router.push(place(some), undefined, { shallow: true });
    const after = one('after');
    return {
      filter,
      after: after || undefined,
      id: one('id') || undefined,
      narrow: (change) => go({ ...filter, ...change }),
      turnTo: (cursor) => go({ ...filter, after: cursor }),
      listHref: place({ ...filter, after }),
      hrefOf: (id) => place({ ...filter, after, id }),
    };
  }, [router, query, pathname, isReady]);
}
