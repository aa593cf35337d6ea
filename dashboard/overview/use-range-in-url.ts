import { useRouter } from 'next/router';
import { defaultRange, type Range, ranges } from './kpi-series.ts';

/** The range of the trends lives in the address beside the window, so that a link shows what its sender saw. */
export function useRangeInUrl(): [Range, (key: string) => void] {
  const router = useRouter();
  const known = ranges.find(({ key }) => key === router.query.range) ?? defaultRange;
  return [
    known,
    (range) =>
      void router.replace({ pathname: router.pathname, query: { ...router.query, range } }, undefined, {
        shallow: true,
        scroll: false,
      }),
  ];
}
