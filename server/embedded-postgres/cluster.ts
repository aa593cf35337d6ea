import { execFile } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError } from '../config.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';

const run = promisify(execFile);

/** PostgreSQL's data folder, inside DATA_DIR. */
export const clusterOf = (dataDir: string) => join(dataDir, 'postgres');

/** With a process id behind it: an initdb that outlives its starter must not work in the folder of the next. */
const unfinishedName = 'postgres.new-';

/** PostgreSQL's superuser here. No password: its socket is closed to all other users of the machine. */
export const superuser = 'parley';

/**
 * How PostgreSQL finds its data. Started by root as another account, it might not be allowed through the folders above
 * them (root's home, say). So root, who is, puts it into the folder before it changes accounts, and there it is told to
 * look where it stands. The data always are where DATA_DIR says, and nobody's home is opened up for it.
 */
export function reach(cluster: string, account: Account | undefined): { cwd: string; dataArg: string } {
  return { cwd: cluster, dataArg: account && process.platform === 'linux' ? '/proc/self/cwd' : cluster };
}

/** The minimum: PostgreSQL must not pick up PGDATA, PGPORT or a locale that happen to be set. */
export const postgresEnv = { LC_ALL: 'C' };

/** Makes sure that there is a data folder that these programs can open. */
export async function ensureCluster(cluster: string, binaries: Binaries, account: Account | undefined): Promise<void> {
  if (existsSync(cluster)) return checkVersion(cluster, binaries);
  // Under another name until it is complete, so that an interrupted start leaves nothing that looks like a database.
  for (const name of readdirSync(dirname(cluster))) {
    if (name.startsWith(unfinishedName)) rmSync(join(dirname(cluster), name), { recursive: true, force: true });
  }
  const unfinished = join(dirname(cluster), `${unfinishedName}${process.pid}`);
  mkdirSync(unfinished, { mode: 0o700 });
  if (account) chownSync(unfinished, account.uid, account.gid);
  const { cwd, dataArg } = reach(unfinished, account);
  try {
    await run(
      binaries.initdb,
      [
        `--pgdata=${dataArg}`,
        `--username=${superuser}`,
        '--auth=trust',
        '--encoding=UTF8',
        // The same order and case rules on every machine, whatever locales it has.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
      ],
      { ...account, cwd, env: postgresEnv },
    );
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    rmSync(unfinished, { recursive: true, force: true });
    throw new ConfigError(`No database could be made in ${cluster}: ${(stderr || message).trim()}`);
  }
  renameSync(unfinished, cluster);
  // initdb has synced the folder's content; its name must outlive a power cut as well.
  syncFolder(dirname(cluster));
}

function checkVersion(cluster: string, binaries: Binaries): void {
  let found: number;
  try {
    found = Number.parseInt(readFileSync(join(cluster, 'PG_VERSION'), 'utf8'), 10);
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it holds no PostgreSQL data' : (error as Error).message;
    throw new ConfigError(`${cluster} cannot be used: ${why}. Set DATA_DIR to another folder, or move this one away.`);
  }
  if (found !== binaries.major) {
    throw new ConfigError(
      `${cluster} was written by PostgreSQL ${found}, and this version of Parley brings ${binaries.major}. ` +
        `Dump it with PostgreSQL ${found} and restore it into a new DATA_DIR, or run PostgreSQL ${found} yourself and set DATABASE_URL.`,
    );
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}
