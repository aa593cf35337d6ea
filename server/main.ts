import { migrate } from '../prisma/migrate.ts';
import { startApp } from './app.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { createLog, type Log } from './telemetry/log.ts';

/** Configuration, database, application; then signals. Everything that an operator can put right ends as one line. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config);
  const stops: (() => Promise<void>)[] = [];
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

  const started = start();
  await started.catch(async (error: unknown) => {
    if (stopping) await stopping; // then the process ends
    await stopAll();
    throw error;
  });

  async function start(): Promise<void> {
    const databaseUrl = await openDatabase(config, log, stops);
    const applied = await migrate(databaseUrl);
    if (applied.length > 0) log.info({ applied }, 'migrated');
    const running = await startApp({ config, log, databaseUrl });
    stops.push(running.stop);
    await announce(running, config);
  }
}

async function openDatabase(config: Config, log: Log, stops: (() => Promise<void>)[]): Promise<string> {
  if (config.DATABASE_URL) return config.DATABASE_URL;
  const postgres = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, log });
  stops.push(() => postgres.stop());
  return postgres.url;
}

async function announce({ app, url, metricsUrl }: Awaited<ReturnType<typeof startApp>>, config: Config): Promise<void> {
  const code = await app.dashboard?.links?.createCode();
  const lines = [
    'Parley is ready.',
    `  Dashboard   ${url}`,
    code ? `  Sign in     ${url}/sign-in?code=${code}   (works once, for 15 minutes)` : '',
    app.dashboard?.oidc ? `  Sign in     ${url}/sign-in   (with ${config.OIDC_ISSUER})` : '',
    `  GraphQL     ${url}/graphql`,
    `  Metrics     ${metricsUrl}`,
    `  Database    ${config.DATABASE_URL ? 'DATABASE_URL' : `embedded PostgreSQL in ${config.DATA_DIR}`}`,
    `  Bus         ${config.REDIS_URL ? 'Redis' : 'in process'}`,
  ];
  console.log(`\n${lines.filter(Boolean).join('\n')}\n`);
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(`parley: ${error.message}`);
  else console.error(error);
  process.exit(1);
});
