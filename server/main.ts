import { migrate } from '../prisma/migrate.ts';
import { announce } from './announce.ts';
import { startApp } from './app.ts';
import { type Config, loadConfig } from './config.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { freeStartUpMemory } from './free-start-up-memory.ts';
import { failWith, runUntilStopped, type Stops } from './run-until-stopped.ts';
import { createLog, type Log } from './telemetry/log.ts';

/** Configuration, database, application; then signals. */
function main(): void {
  const config = loadConfig();
  const log = createLog(config);
  runUntilStopped(log, async (stops) => {
    const databaseUrl = await openDatabase(config, log, stops);
    const applied = await migrate(config.DATABASE_DIRECT_URL ?? databaseUrl);
    if (applied.length > 0) log.info({ applied }, 'migrated');
    const running = await startApp({ config, log, databaseUrl });
    stops.push(running.stop);
    await freeStartUpMemory();
    await announce(running, config);
  });
}

async function openDatabase(config: Config, log: Log, stops: Stops): Promise<string> {
  if (config.DATABASE_URL) return config.DATABASE_URL;
  const postgres = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, log });
  stops.push(() => postgres.stop());
  return postgres.url;
}

try {
  main();
} catch (error) {
  failWith(error);
}
