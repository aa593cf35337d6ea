import { useRouter } from 'next/router';
import { defaultRange, type Range, ranges } from '../overview/kpi-series.ts';

/** What the page shows: all of it lives in the address, so that a link shows what its sender saw. */
export interface View {
  readonly range: Range;
  /** One hour, day, week or month of the range, looked at alone. */
  readonly part: { readonly from: string; readonly to: string } | null;
  readonly agent: string | null;
  readonly queue: string | null;
  readonly topic: string | null;
  readonly rating: RatingChoice;
  readonly commented: boolean;
  readonly search: string;
}

export const ratingChoices = [
  { value: 'all', label: 'All', ratings: [] },
  { value: 'low', label: '1–2', ratings: [1, 2] },
  { value: 'middle', label: '3', ratings: [3] },
  { value: 'high', label: '4–5', ratings: [4, 5] },
] as const;
export type RatingChoice = (typeof ratingChoices)[number]['value'];

export type ChangeView = (change: Partial<Omit<View, 'range'> & { range: string }>) => void;

export function useViewInUrl(): [View, ChangeView] {
  const router = useRouter();
  const { query } = router;
  const text = (name: string) => (typeof query[name] === 'string' && query[name] !== '' ? query[name] : null);
  const [from, to] = [text('from'), text('to')];
  const view: View = {
    range: ranges.find(({ key }) => key === query.range) ?? defaultRange,
    part: isTime(from) && isTime(to) ? { from, to } : null,
    agent: text('agent'),
    queue: text('queue'),
    topic: text('topic'),
    rating: ratingChoices.find(({ value }) => value === query.rating)?.value ?? 'all',
    commented: query.commented === 'yes',
    search: text('q') ?? '',
  };
  function change(to: Parameters<ChangeView>[0]): void {
    // Another range has other parts.
    const next = { ...view, range: view.range.key as string, ...('range' in to ? { part: null } : {}), ...to };
    const entries: Record<string, string | null> = {
      range: next.range === defaultRange.key ? null : next.range,
      from: next.part?.from ?? null,
      to: next.part?.to ?? null,
      agent: next.agent,
      queue: next.queue,
      topic: next.topic,
      rating: next.rating === 'all' ? null : next.rating,
      commented: next.commented ? 'yes' : null,
      q: next.search || null,
    };
    const known = Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== null));
    void router.replace({ pathname: router.pathname, query: known }, undefined, { shallow: true, scroll: false });
  }
  return [view, change];
}

const isTime = (value: string | null): value is string => value !== null && !Number.isNaN(Date.parse(value));
