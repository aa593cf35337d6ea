import { useRouter } from 'next/router';
import { defaultWindowMinutes, windows } from './kpi-overview.ts';

/** The window lives in the address, so that a link shows what its sender saw. */
export function useWindowInUrl(): [number, (minutes: number) => void] {
  const router = useRouter();
  const asked = Number(router.query.window);
  const known = windows.some(({ minutes }) => minutes === asked) ? asked : defaultWindowMinutes;
  return [
    known,
    (minutes) =>
      void router.replace({ pathname: router.pathname, query: { ...router.query, window: minutes } }, undefined, {
        shallow: true,
        scroll: false,
      }),
  ];
}
