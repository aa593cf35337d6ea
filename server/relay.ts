import { migrate } from '../prisma/migrate.ts';
import { loadRelayConfig } from './config.ts';
import { freeStartUpMemory } from './free-start-up-memory.ts';
import { startRelayApp } from './relay-app.ts';
import { failWith, runUntilStopped } from './run-until-stopped.ts';
import { createLog } from './telemetry/log.ts';

/** `npm run relay`: configuration, database, relay; then signals. */
function main(): void {
  const config = loadRelayConfig();
  const log = createLog(config);
  runUntilStopped(log, async (stops) => {
    const applied = await migrate(config.DATABASE_DIRECT_URL ?? config.DATABASE_URL);
    if (applied.length > 0) log.info({ applied }, 'migrated');
    const running = await startRelayApp({ config, log });
    stops.push(running.stop);
    await freeStartUpMemory();
    console.log(`
The relay is ready.
  Metrics     ${running.metricsUrl}   (/livez and /readyz beside it)
  Database    DATABASE_URL
  Bus         Redis
`);
  });
}

try {
  main();
} catch (error) {
  failWith(error);
}
