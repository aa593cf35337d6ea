import { useIntersection } from '@mantine/hooks';
import { type RefCallback, useEffect, useState } from 'react';

/** So far from the screen it counts as seen: scrolled to, it is there. */
const MARGIN = '150px';
/** After this what was not seen is wanted all the same, for a page that is printed. By then the page is long drawn. */
const AT_LAST_MS = 6_000;

/** Whether it came near the screen: what is dear to draw waits for that, and the page is ready before it. */
export function useSeen<T extends HTMLElement>(): { ref: RefCallback<T>; seen: boolean } {
  const { ref, entry } = useIntersection<T>({ rootMargin: MARGIN });
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen) return;
    if (entry?.isIntersecting) setSeen(true);
    const timer = setTimeout(() => setSeen(true), AT_LAST_MS);
    return () => clearTimeout(timer);
  }, [seen, entry?.isIntersecting]);
  return { ref, seen };
}
