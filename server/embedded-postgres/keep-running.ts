import { setTimeout as sleep } from 'node:timers/promises';
import type { Postmaster } from './postmaster.ts';

const RETRY_MS = 5_000;

type Log = { warn(line: string): void; error(line: string): void };

/**
 * Starts it, and again whenever it ends without having been told to (the kernel short of memory, somebody's kill): no
 * operator watches over an embedded PostgreSQL. Meanwhile requests get UNAVAILABLE.
 */
export async function keepRunning(start: () => Promise<Postmaster>, log: Log): Promise<{ stop(): Promise<void> }> {
  let current = await start();
  const stopping = new AbortController();
  const watched = watch();

  async function watch(): Promise<void> {
    for (;;) {
      await current.ended;
      if (stopping.signal.aborted) return;
      log.warn('PostgreSQL ended by itself; starting it again.');
      try {
        current = await start();
      } catch (error) {
        log.error((error as Error).message);
        await sleep(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  return {
    async stop() {
      stopping.abort();
      await current.stop();
      await watched;
    },
  };
}
