import { loadConfig } from '../config.ts';
import { stopLeftPostgres } from '../embedded-postgres.ts';

/** A program, for scripts/start.mjs: stops the PostgreSQL of a server that was killed. */
const { DATABASE_URL, DATA_DIR } = loadConfig();
if (!DATABASE_URL) {
  await stopLeftPostgres({ dataDir: DATA_DIR, log: { info: console.log, warn: console.log, error: console.error } });
}
// The launcher's channel would keep this process alive.
process.disconnect?.();
