import { Button } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useState } from 'react';
import { Icon } from '../shell/icon.tsx';
import { ago } from './format.ts';
import classes from './overview.module.css';

interface FreshnessProps {
  receivedAt: number;
  live: boolean;
  paused: boolean;
  onPause(paused: boolean): void;
}

/** How old the figures are, and the way to hold them still. */
export function Freshness({ receivedAt, live, paused, onPause }: FreshnessProps) {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), 1_000, { autoInvoke: true });
  const state = paused ? 'paused' : live ? 'live' : 'waiting';
  const said = { paused: 'Paused', live: 'Live', waiting: 'Reconnecting' }[state];
  return (
    <div className={classes.freshness}>
      <span className={classes.pulse} data-state={state} aria-hidden="true" />
      <span>
        <strong>{said}</strong>
        {receivedAt > 0 && ` · updated ${ago(Math.max(now, receivedAt) - receivedAt)}`}
      </span>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={paused ? <Icon name="play" size={14} /> : <Icon name="pause" size={14} />}
        onClick={() => onPause(!paused)}
      >
        {paused ? 'Resume' : 'Pause'}
      </Button>
    </div>
  );
}
