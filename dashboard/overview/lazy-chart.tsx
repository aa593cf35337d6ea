import { Text } from '@mantine/core';
import { type ComponentType, startTransition, useEffect, useState } from 'react';

/** Until the chart before has been drawn. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * A chart whose drawing library comes when it is first wanted: it is heavier than all else on a page. One is drawn after the
 * other, when there is nothing else to do, so that the page answers in between: each takes a twentieth of a second or more.
 */
export function lazyChart<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  return function LazyChart(props: P) {
    const [Chart, setChart] = useState<ComponentType<P>>();
    useEffect(() => {
      let gone = false;
      turn = turn
        .then(() => load().catch(() => Missing))
        .then(async (chart) => {
          if (gone) return;
          startTransition(() => setChart(() => chart));
          await idle();
        });
      return () => {
        gone = true;
      };
    }, []);
    return Chart && <Chart {...props} />;
  };
}

const Missing = () => (
  <Text c="dimmed" size="sm">
    The chart could not be loaded. Its table is there all the same.
  </Text>
);

/** At the latest after half a second; not every browser tells. */
const LATEST_MS = 500;
const idle = () =>
  new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(resolve, { timeout: LATEST_MS });
    else setTimeout(resolve, LATEST_MS);
  });
