import { ConfigError } from './config.ts';
import type { Log } from './telemetry/log.ts';

/** What is done at the end, from the last to the first. */
export type Stops = (() => Promise<void>)[];

/**
 * A program that runs until it is told to stop: starts, waits for a signal, undoes what was started. Everything that an
 * operator can put right ends as one line.
 */
export function runUntilStopped(log: Log, start: (stops: Stops) => Promise<void>): void {
  const stops: Stops = [];
  let stopping: Promise<number> | undefined;

  async function stopAll(): Promise<number> {
    let code = 0;
    for (const stop of stops.reverse()) {
      await stop().catch((err: unknown) => {
        log.error({ err }, 'could not stop cleanly');
        code = 1;
      });
    }
    return code;
  }

  function stopOn(reason: string) {
    if (!stopping) log.info({ reason }, 'stopping');
    // What is just being started is stopped when it is there.
    stopping ??= started.then(stopAll, stopAll);
    void stopping.then((code) => process.exit(code));
  }
  process.on('SIGINT', () => stopOn('SIGINT'));
  process.on('SIGTERM', () => stopOn('SIGTERM'));
  // Started by a launcher that is gone without a word.
  process.on('disconnect', () => stopOn('launcher gone'));

  const started = start(stops);
  started.catch(async (error: unknown) => {
    if (stopping) await stopping; // then the process ends
    await stopAll();
    failWith(error);
  });
}

/** The end of a program that cannot do its work. */
export function failWith(error: unknown): never {
  if (error instanceof ConfigError) console.error(`parley: ${error.message}`);
  else console.error(error);
  process.exit(1);
}
