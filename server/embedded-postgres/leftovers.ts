import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../config.ts';
import { readPidFile } from './postmaster.ts';

/** As long as postmaster.ts gives its own. */
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 20;

/**
 * Clears away what a server left that could not stop its PostgreSQL (kill -9, a power cut): a PostgreSQL that still runs is
 * stopped, and lock files of one that is gone are removed. PostgreSQL itself trusts the process ids in them, and would
 * refuse to start for ever when another program was given the same one.
 *
 * Only for the holder of the DATA_DIR's lock: nobody else starts one meanwhile, so whichever runs is nobody's.
 */
export async function clearLeftovers(cluster: string, log: { warn(line: string): void }): Promise<void> {
  const pid = readPidFile(cluster)?.pid;
  if (pid && runsIn(cluster, pid)) {
    log.warn(`Stopping the PostgreSQL (process ${pid}) that an earlier server left running.`);
    await stop(cluster, pid);
  }
  rmSync(join(cluster, 'postmaster.pid'), { force: true });
  for (const name of readdirSync(cluster))
    if (name.startsWith('.s.PGSQL.')) rmSync(join(cluster, name), { force: true });
}

/** Whether the process is a PostgreSQL that works in this folder, and not one that was given a dead one's id. */
function runsIn(cluster: string, pid: number): boolean {
  try {
    if (process.platform === 'linux') {
      const [its, ours] = [statSync(`/proc/${pid}/cwd/`), statSync(cluster)];
      const isPostgres = basename(readlinkSync(`/proc/${pid}/exe`)).startsWith('postgres');
      return isPostgres && its.dev === ours.dev && its.ino === ours.ino;
    }
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).includes(cluster);
  } catch {
    // There is no such process, or it is somebody's whom we may not look at, and then it has no business with our data.
    return false;
  }
}

async function stop(cluster: string, pid: number): Promise<void> {
  for (const [signal, timeoutMs] of [
    ['SIGINT', STOP_TIMEOUT_MS],
    ['SIGQUIT', 5_000],
  ] as const) {
    if (runsIn(cluster, pid)) process.kill(pid, signal);
    for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(POLL_MS)) {
      if (!runsIn(cluster, pid)) return;
    }
  }
  throw new ConfigError(`The PostgreSQL of an earlier server, process ${pid}, does not stop. End it and start again.`);
}
