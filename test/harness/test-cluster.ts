import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../prisma/migrate.ts';
import { startEmbeddedPostgres, stopLeftPostgres } from '../../server/embedded-postgres.ts';
import { execute } from './execute.ts';

/** A PostgreSQL for tests, with all its settings as in production: durability is one of the things tested. */
export type TestCluster = {
  /** Of the database "postgres", as superuser. */
  adminUrl: string;
  /** A database with all migrations applied, to be cloned. */
  template: string;
  stop(): Promise<void>;
};

const prefix = 'parley-test-';
const YOUNG_MS = 60_000;
const quiet = { info() {}, warn: console.error, error: console.error };

export async function startTestCluster(): Promise<TestCluster> {
  await removeLeftClusters();
  const dataDir = await mkdtemp(join(tmpdir(), prefix));
  const postgres = await startEmbeddedPostgres({ dataDir, log: quiet });
  const stop = async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const template = 'template_migrated';
    const adminUrl = databaseUrl(postgres.url, 'postgres');
    await execute(adminUrl, `CREATE DATABASE ${template}`);
    await migrate(databaseUrl(postgres.url, template));
    return { adminUrl, template, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Those of runs that were killed. A young one may not have been locked yet. */
async function removeLeftClusters(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const dataDir = join(tmpdir(), name);
    if (!name.startsWith(prefix)) continue;
    try {
      if (Date.now() - (await stat(dataDir)).mtimeMs < YOUNG_MS) continue;
      if (await stopLeftPostgres({ dataDir, log: quiet })) await rm(dataDir, { recursive: true, force: true });
    } catch {
      // Somebody else's, or another run was faster.
    }
  }
}

export function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
