import { randomUUID } from 'node:crypto';
import type { RelayConfig } from './config.ts';
import { createReadiness } from './database-state/check-ready.ts';
import { checkSessions } from './database-state/check-sessions.ts';
import { observeDatabase } from './database-state/observe-database.ts';
import { openDb } from './db.ts';
import { createHealth } from './health.ts';
import { createMomentKeeper } from './journeys/keep-moments.ts';
import { createBus } from './outbox/bus.ts';
import { createRelay } from './outbox/relay-outbox.ts';
import { openRedis } from './redis.ts';
import { reportBackgroundError } from './report-background-error.ts';
import { stopInTime } from './stop-in-time.ts';
import type { Log } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { startMetricsServer } from './telemetry/metrics-server.ts';
import { telemetry } from './telemetry/telemetry.ts';

/**
 * The composition root of a process that only sweeps: of app.ts, what finds outbox rows that no API process has published,
 * publishes them over Redis, and sets aside what cannot be. It serves nobody; health and metrics are on one port.
 */
export type RunningRelay = {
  readonly metricsUrl: string;
  /** Finishes the batch in work (D9). The second call waits for the first. */
  stop(): Promise<void>;
};

export async function startRelayApp({ config, log }: { config: RelayConfig; log: Log }): Promise<RunningRelay> {
  const onError = reportBackgroundError(log);
  telemetry().reportTo(log);
  const db = openDb(config, config.DATABASE_URL);
  await checkSessions(db, config);
  const bus = createBus({ redis: openRedis(config.REDIS_URL, log), enabled: true, log });
  const moments = createMomentKeeper({ db, config, processId: randomUUID(), log, onError });
  const relay = createRelay({ db, bus, config, metrics: createMetrics(), moments, log });
  observeDatabase(db, log);

  let draining = false;
  const databaseTrouble = createReadiness(db);
  async function whyNotReady() {
    if (draining) return 'draining';
    // Unlike a process that serves people, it can do nothing without: a roll-out with a wrong REDIS_URL stops here.
    return bus.isConnected() ? databaseTrouble() : 'Redis is away';
  }
  const health = createHealth({ log, whyNotReady });

  const metricsServer = await startMetricsServer({
    port: config.METRICS_PORT,
    host: config.HOST,
    log,
    beside: { '/livez': health.live, '/readyz': health.ready },
  }).catch(async (error) => {
    await stopWork();
    throw error;
  });
  relay.start();
  moments.start();

  async function stopWork() {
    await relay.stop();
    await moments.stop();
    bus.stop();
    await db.$disconnect();
  }
  let stopped: Promise<void> | undefined;
  const stop = () =>
    stopInTime({ config, log }, async () => {
      draining = true;
      await stopWork();
      await metricsServer.stop();
      await telemetry().shutdown();
    });
  return { metricsUrl: metricsServer.url, stop: () => (stopped ??= stop()) };
}
