import { spawnSync } from 'node:child_process';
import { chownSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { chooseAccount } from '../../server/embedded-postgres/account.ts';
import { clusterOf } from '../../server/embedded-postgres/cluster.ts';
import { startEmbeddedPostgres } from '../../server/embedded-postgres.ts';
import type { OwnPostgres } from './own-postgres.ts';

/** A streaming replica of a test's own PostgreSQL. */
export type TestReplica = {
  readonly url: string;
  stop(): Promise<void>;
  /** Stops it for good and removes its folder. */
  close(): Promise<void>;
};

const quiet = { info() {}, warn() {}, error: console.error };

/** @param port Of 127.0.0.1, where the replica finds the primary: a link, which a test can hold. */
export async function startReplica(primary: OwnPostgres, port: number): Promise<TestReplica> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-replica-'));
  await copyCluster(primary, clusterOf(folder), port);
  const running = await startEmbeddedPostgres({ dataDir: folder, log: quiet });
  return {
    url: running.url,
    stop: running.stop,
    async close() {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As pg_basebackup does it, which does not come with the embedded PostgreSQL. */
async function copyCluster(primary: OwnPostgres, cluster: string, port: number): Promise<void> {
  const write = (name: string, content: string) => {
    const path = join(cluster, name);
    writeFileSync(path, content);
    const account = chooseAccount(cluster);
    if (account) chownSync(path, account.uid, account.gid);
  };
  const session = new pg.Client({ connectionString: primary.url });
  await session.connect();
  try {
    await session.query("SELECT pg_backup_start('replica', fast => true)");
    // PostgreSQL goes on writing: a file that is gone before it is copied is no fault, the log makes up for it.
    spawnSync('cp', ['-a', clusterOf(primary.dataDir), cluster]);
    const { rows } = await session.query('SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)');
    write('backup_label', rows[0].labelfile);
  } finally {
    await session.end();
  }
  for (const name of await readdir(cluster)) if (/^(postmaster\.|\.s\.)/.test(name)) await rm(join(cluster, name));
  write('standby.signal', '');
  write(
    'postgresql.auto.conf',
    `primary_conninfo = 'host=127.0.0.1 port=${port} user=${new URL(primary.url).username} sslmode=disable'\n`,
  );
}
