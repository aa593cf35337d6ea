import { isDatabaseAway } from './errors.ts';
import type { Log } from './telemetry/log.ts';

/** For work that nobody waits for: what goes wrong there is told to the log alone. */
export const reportBackgroundError =
  (log: Log) =>
  (error: unknown): void => {
    if (isDatabaseAway(error)) log.debug({ err: error }, 'PostgreSQL is away');
    else log.error({ err: error }, 'background work failed');
  };
