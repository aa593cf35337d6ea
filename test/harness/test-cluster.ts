import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../prisma/migrate.ts';
import { startEmbeddedPostgres } from '../../server/embedded-postgres.ts';
import { execute } from './execute.ts';

/** A PostgreSQL for tests, with all its settings as in production: durability is one of the things tested. */
export type TestCluster = {
  /** Of the database "postgres", as superuser. */
  adminUrl: string;
  /** A database with all migrations applied, to be cloned. */
  template: string;
  stop(): Promise<void>;
};

export async function startTestCluster(): Promise<TestCluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-test-'));
  const quiet = { info() {}, warn: console.error, error: console.error };
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

export function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
