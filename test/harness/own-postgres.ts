import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../prisma/migrate.ts';
import { startEmbeddedPostgres } from '../../server/embedded-postgres.ts';
import { execute } from './execute.ts';

/** A PostgreSQL of one test's own, migrated, to be stopped, killed and frozen. */
export type OwnPostgres = {
  readonly url: string;
  readonly dataDir: string;
  /** As its operator stops it: connections are ended, nothing is lost. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** kill -9 of all its processes at once: none of them gets to write anything down. It is started again by itself. */
  kill(): Promise<void>;
  /** SIGSTOP to all of it: connections stay open and nobody answers, as after a failover without a word. */
  freeze(): Promise<{ thaw(): void }>;
  /** Stops it for good and removes its folder. */
  close(): Promise<void>;
};

const quiet = { info() {}, warn() {}, error: console.error };

/** @param dataDir By default a folder of its own, which is removed at the end. */
export async function startOwnPostgres(dataDir?: string): Promise<OwnPostgres> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'parley-own-postgres-')));
  let running = await startEmbeddedPostgres({ dataDir: folder, log: quiet });
  const { url } = running;
  const thaws = new Set<() => void>();
  const postmaster = async () => Number.parseInt(await readFile(join(folder, 'postgres/postmaster.pid'), 'utf8'), 10);
  await migrate(url);
  return {
    url,
    dataDir: folder,
    stop: () => running.stop(),
    async start() {
      running = await startEmbeddedPostgres({ dataDir: folder, log: quiet });
    },
    async kill() {
      const first = await postmaster();
      const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(first)], { encoding: 'utf8' });
      for (const pid of [first, ...children.split('\n').map(Number)]) {
        try {
          if (pid > 0) process.kill(pid, 'SIGKILL');
        } catch {
          // It has followed its parent already.
        }
      }
    },
    async freeze() {
      const others =
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
      const backends = (await execute<{ pid: number }>(url, others)).map(({ pid }) => pid);
      const frozen = [await postmaster(), ...backends];
      for (const pid of frozen) process.kill(pid, 'SIGSTOP');
      const thaw = () => {
        thaws.delete(thaw);
        for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
      };
      thaws.add(thaw);
      return { thaw };
    },
    async close() {
      for (const thaw of thaws) thaw();
      await running.stop();
      if (!dataDir) await rm(folder, { recursive: true, force: true });
    },
  };
}
