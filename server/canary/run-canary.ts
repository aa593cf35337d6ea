import { type CanaryParticipant, canary } from '../canary-participants.ts';
import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import { type Repeating, repeat } from '../repeat.ts';
import type { Log } from '../telemetry/log.ts';
import type { Measure } from '../telemetry/measure.ts';
import { takeTurn } from '../turn-queries.ts';
import { openCanaryDevice } from './canary-device.ts';
import { createCanaryParticipants, removeCanaryTraffic, startCounting, stopCounting } from './canary-queries.ts';
import { sendAndReceive } from './send-and-receive.ts';

/** Shorter than any interval. Whoever waits as long for an answer has gone. */
const TIMEOUT_MS = 9_000;

type Parts = {
  db: Db;
  config: Config;
  /** A Bearer token for one of its two people. */
  sign: (participant: CanaryParticipant) => Promise<string>;
  /** Where this very process listens, unless CANARY_URL says another way to the API. */
  ownUrl: string;
  measure: Measure;
  log: Log;
  onError: (error: unknown) => void;
};

/**
 * Whether Parley works, asked the way its users do: two people of its own talk over the public API, again and again, in one
 * process at a time. The share of minutes in which that succeeded is the uptime. What they write is removed at once, and
 * left out of everything that counts or lists what people do (canary-participants.ts).
 */
export function createCanary({ db, config, sign, ownUrl, measure, log, onError }: Parts): Repeating {
  const address = { url: config.CANARY_URL ?? ownUrl, isOwn: config.CANARY_URL === undefined };
  let prepared = false;
  let failing = false;
  const stopping = new AbortController();

  async function prepare(): Promise<void> {
    if (config.CANARY) {
      await createCanaryParticipants(db);
      await startCounting(db);
    } else await stopCounting(db);
    prepared = true;
  }

  async function run(): Promise<void> {
    // Here, because PostgreSQL may be away when the process starts.
    if (!prepared) await prepare();
    if (!config.CANARY || !(await takeTurn(db, 'canary', config.CANARY_INTERVAL_MS))) return;
    const startedAt = performance.now();
    try {
      await attempt();
      measure.canary('ok', performance.now() - startedAt);
      if (failing) log.info('the canary succeeds again');
      failing = false;
    } catch (err) {
      if (stopping.signal.aborted) return;
      measure.canary('failed', performance.now() - startedAt);
      if (!failing) log.error({ err }, 'the canary failed: a message could not be sent, received and acknowledged');
      failing = true;
    } finally {
      await removeCanaryTraffic(db);
    }
  }

  async function attempt(): Promise<void> {
    const devices = await Promise.all(
      [canary.customer, canary.agent].map(async (who) => openCanaryDevice(address, await sign(who))),
    );
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
      stopping.signal.addEventListener('abort', reject, { once: true });
    });
    try {
      await Promise.race([sendAndReceive(devices[0]!, devices[1]!), tooLate]);
    } finally {
      clearTimeout(timer);
      for (const device of devices) device.close();
    }
  }

  const repeating = repeat({ intervalMs: config.CANARY_INTERVAL_MS, firstAfterMs: 0, enabled: true, onError }, run);
  return {
    start: repeating.start,
    // What hangs is not waited for: this process is going away.
    stop() {
      stopping.abort();
      return repeating.stop();
    },
  };
}
