import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../config.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { postgresEnv, reach } from './cluster.ts';
import { settingsArgs } from './settings.ts';

/** PostgreSQL's first process, whose child is every connection. */
export type Postmaster = {
  /** Settles when it has ended, however that came. */
  ended: Promise<unknown>;
  stop(): Promise<void>;
};

/** Replaying what the log holds after a crash takes seconds per gigabyte, and settings.ts lets it grow to two. */
const READY_TIMEOUT_MS = 120_000;
/** A fast shutdown ends all connections and writes one checkpoint. */
const STOP_TIMEOUT_MS = 30_000;
/** Children of a killed postmaster finish their statement before they notice; until then a new one refuses to start. */
const LEFTOVERS_TIMEOUT_MS = 10_000;
const POLL_MS = 15;

type Place = { cluster: string; logFile: string; binaries: Binaries; account: Account | undefined };

/** Starts it and comes back when it takes connections. */
export async function startPostmaster(place: Place): Promise<Postmaster> {
  rotate(place.logFile);
  const leftoversDeadline = Date.now() + LEFTOVERS_TIMEOUT_MS;
  for (;;) {
    const postmaster = launch(place);
    if (await becomesReady(place.cluster, postmaster)) return postmaster;
    await postmaster.stop();
    const log = lastLines(place.logFile);
    if (/pre-existing shared memory block/.test(log) && Date.now() < leftoversDeadline) {
      await sleep(250);
      continue;
    }
    throw new ConfigError(`PostgreSQL did not start. Its log, ${place.logFile}, ends with:\n${log}`);
  }
}

function launch({ cluster, logFile, binaries, account }: Place): Postmaster & { child: ChildProcess } {
  const { cwd, dataArg } = reach(cluster, account);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(binaries.postgres, ['-D', dataArg, ...settingsArgs], {
    ...account,
    cwd,
    env: postgresEnv,
    stdio: ['ignore', log, log],
    // A process group of its own: Ctrl-C in a terminal must not stop it before the server has finished its work.
    detached: true,
  });
  closeSync(log);
  // Where this process ends without stopping it (an exception, a signal before it was ready), it still is told to.
  const tellOnExit = () => child.kill('SIGINT');
  process.once('exit', tellOnExit);
  let running = true;
  const ended = new Promise<void>((resolve) => {
    child.once('error', ({ message }) => {
      appendFileSync(logFile, `${message}\n`);
      resolve();
    });
    child.once('exit', () => resolve());
  }).then(() => {
    running = false;
    process.off('exit', tellOnExit);
  });
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    if (!running) return;
    child.kill('SIGINT');
    const giveUp = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(giveUp);
  };
  return { child, ended, stop: () => (stopped ??= stop()) };
}

/** As pg_ctl does it: the last line of postmaster.pid says how far it is. */
async function becomesReady(cluster: string, { child, ended }: { child: ChildProcess; ended: Promise<unknown> }) {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (const deadline = Date.now() + READY_TIMEOUT_MS; Date.now() < deadline && !over; await sleep(POLL_MS)) {
    const { pid, status } = readPidFile(cluster) ?? {};
    if (pid === child.pid && status === 'ready') return true;
  }
  return false;
}

/** What a postmaster writes down about itself, see PostgreSQL's pidfile.h. */
export function readPidFile(cluster: string): { pid: number; status: string } | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), status: (lines[7] ?? '').trim() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** One log per start, and the one before: whoever looks for a crash starts PostgreSQL again first. */
function rotate(logFile: string): void {
  try {
    renameSync(logFile, `${logFile}.1`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function lastLines(logFile: string): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
}
