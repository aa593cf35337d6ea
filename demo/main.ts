import { parseArgs } from 'node:util';
import { announce } from '../server/announce.ts';
import { startApp } from '../server/app.ts';
import { installationKey } from '../server/auth/installation-keys.ts';
import { signToken } from '../server/auth/sign-token.ts';
import { type Config, ConfigError, loadConfig } from '../server/config.ts';
import { openDb } from '../server/db.ts';
import { startEmbeddedPostgres } from '../server/embedded-postgres.ts';
import { failWith, runUntilStopped } from '../server/run-until-stopped.ts';
import { createLog } from '../server/telemetry/log.ts';
import { openDemoDatabase } from './demo-database.ts';
import { startLiveTraffic } from './live-traffic.ts';
import { type History, makeHistory } from './make-history.ts';

const help = `Shows Parley with months of made-up history and people who talk right now.

  npm run demo [-- --days 90] [--seed TEXT] [--data-dir .demo]

  --days      how much history, 2 to 365
  --seed      another text gives another history
  --data-dir  its own folder; what a demo left there is made anew, an installation's is refused

PORT, HOST, METRICS_PORT, PUBLIC_URL and LOG_LEVEL hold as for the server; nothing else of an installation's does.
`;

const TOKEN_S = 3_600;
/** While history is written, statements compete with nobody. */
const FILL_TIMEOUT_MS = 120_000;

function main(): void {
  const { values } = parseArgs({
    options: {
      days: { type: 'string', default: '90' },
      seed: { type: 'string', default: 'parley' },
      'data-dir': { type: 'string', default: '.demo' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const days = Number(values.days);
  if (!Number.isInteger(days) || days < 2 || days > 365)
    throw new ConfigError(`--days is "${values.days}": it must be a whole number from 2 to 365.`);
  const config = demoConfig(values['data-dir']);
  const log = createLog(config);

  runUntilStopped(log, async (stops) => {
    const postgres = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, log });
    stops.push(() => postgres.stop());
    await fill(config, postgres.url, { seed: values.seed, days, now: Date.now() });
    const running = await startApp({ config, log, databaseUrl: postgres.url });
    stops.push(running.stop);
    const key = await installationKey(running.app.db, 'auth_secret');
    const traffic = startLiveTraffic({
      url: running.url,
      sign: (person) => signToken(key, { ...person, expiresInSeconds: TOKEN_S }),
      seed: values.seed,
      onError: (err) => log.warn({ err }, 'somebody in the demo was interrupted'),
    });
    stops.push(traffic.stop);
    await announce(running, config, 'Parley’s demo is ready: all people in it are made up.');
  });
}

/** Of an installation's settings only where to listen: its database, bus, keys and accounts are no concern of a demo. */
function demoConfig(dataDir: string): Config {
  const { PORT, HOST, METRICS_PORT, PUBLIC_URL, LOG_LEVEL } = loadConfig();
  return { ...loadConfig({}), PORT, HOST, METRICS_PORT, PUBLIC_URL, LOG_LEVEL, DATA_DIR: dataDir };
}

async function fill(config: Config, url: string, history: History): Promise<void> {
  process.stdout.write(`Making up ${history.days} days of history … `);
  const startedAt = performance.now();
  await openDemoDatabase(url, { seed: history.seed, madeAt: new Date(history.now) });
  const db = openDb({ ...config, DATABASE_STATEMENT_TIMEOUT_MS: FILL_TIMEOUT_MS }, url);
  try {
    await makeHistory(db, history);
  } finally {
    await db.$disconnect();
  }
  process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

try {
  main();
} catch (error) {
  failWith(error);
}
