import type { Config } from './config.ts';
import type { Log } from './telemetry/log.ts';

/** Stops in order, or at least in time: what takes longer than the drain may, ends with the process (D9). */
export async function stopInTime({ config, log }: { config: Config; log: Log }, stop: () => Promise<void>) {
  const cut = setTimeout(() => {
    log.error('the graceful stop took too long');
    process.exit(1);
  }, config.DRAIN_DELAY_MS + config.DRAIN_TIMEOUT_MS).unref();
  await stop();
  clearTimeout(cut);
}
