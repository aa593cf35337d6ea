import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, loadConfig } from '../config.ts';
import { type Db, openDb } from '../db.ts';
import { attachEmbeddedPostgres } from '../embedded-postgres.ts';
import { createLog } from '../telemetry/log.ts';
import { CommandError } from './run-command.ts';

/** What `npm start` runs on, for the tools beside it: its settings and its database. */
export type Installation = AsyncDisposable & {
  readonly config: Config;
  readonly connectionString: string;
  readonly db: Db;
};

/**
 * Opens the database of this installation: the one that DATABASE_URL names (past its pooler, whose limits are not those of a
 * tool), else the embedded one in DATA_DIR, which is used as it runs, or started for as long as this tool takes.
 *
 * @param overrides Settings that the tool needs otherwise than the server.
 */
export async function openInstallation(overrides: Partial<Config> = {}): Promise<Installation> {
  const config = { ...loadConfig(), DATABASE_POOLER: 'off' as const, ...overrides };
  const embedded = config.DATABASE_URL === undefined ? await attach(config.DATA_DIR) : undefined;
  const connectionString = config.DATABASE_DIRECT_URL ?? config.DATABASE_URL ?? embedded!.url;
  const db = openDb(config, connectionString);
  return {
    config,
    connectionString,
    db,
    async [Symbol.asyncDispose]() {
      await db.$disconnect();
      await embedded?.release();
    },
  };
}

/** A tool may not found an installation by itself: in the wrong folder, that would answer for an empty one. */
async function attach(dataDir: string) {
  if (!existsSync(join(dataDir, 'postgres'))) {
    throw new CommandError(
      `There is no installation in ${dataDir} yet. Run \`npm start\` once, or set DATABASE_URL or DATA_DIR.`,
    );
  }
  return attachEmbeddedPostgres({ dataDir, log: createLog({ LOG_LEVEL: 'silent' }) });
}
