import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../server/embedded-postgres.ts';
import { fillDatabase } from './fill-database.ts';
import { parley } from './targets.ts';

export type Postgres = Awaited<ReturnType<typeof startPostgres>>;

/** A cluster of its own, with the settings of Parley's: fsync and synchronous_commit on. */
export async function startPostgres() {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const { url, stop } = await startEmbeddedPostgres({
    dataDir,
    log: { info() {}, warn: console.error, error: console.error },
  });
  let number = 0;
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: withDatabase(url, 'postgres') });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  let filled: Promise<string> | undefined;
  async function fill(messages: number): Promise<string> {
    const name = 'bench_filled';
    await admin(`CREATE DATABASE ${name}`);
    // It migrates at its start.
    await (await parley('what is filled', 'graphql-socket').start(withDatabase(url, name))).stop();
    await fillDatabase(withDatabase(url, name), messages);
    return name;
  }
  return {
    pid: Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]),
    /** With so many messages in it: filled once, then copied. */
    async createDatabase(stored = 0) {
      const name = `bench_${++number}`;
      if (stored) {
        filled ??= fill(stored);
        await admin(`CREATE DATABASE ${name} TEMPLATE ${await filled} STRATEGY file_copy`);
      } else await admin(`CREATE DATABASE ${name}`);
      return {
        url: withDatabase(url, name),
        [Symbol.asyncDispose]: () => admin(`DROP DATABASE ${name} WITH (FORCE)`),
      };
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
