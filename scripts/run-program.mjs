import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { program, projectEnv, root } from './project.mjs';

/** Within this a second signal is the first one again: Ctrl-C reaches us from the terminal and from npm. */
const SAME_SIGNAL_MS = 500;
const PARENT_CHECK_MS = 1_000;

/**
 * Runs a program of the project on its Node until it ends, and returns its exit code. Each signal that we get, it gets
 * once: it stands in a process group of its own, so that a terminal does not reach it past us. When we are killed it
 * notices by the IPC channel; when the npm that started us is killed, we do, and pass it on.
 */
export async function runProgram(args, { env = {} } = {}) {
  const child = spawn(program('node'), args, {
    cwd: root,
    env: { ...projectEnv, ...env },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  const ended = new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`Node 24 could not be started: ${error.message}. Run "npm ci".`);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });

  let lastSignalAt = Number.NEGATIVE_INFINITY;
  const pass = (signal) => {
    if (performance.now() - lastSignalAt < SAME_SIGNAL_MS) return;
    lastSignalAt = performance.now();
    child.kill(signal);
  };
  process.on('SIGINT', () => pass('SIGINT'));
  process.on('SIGTERM', () => pass('SIGTERM'));
  process.on('SIGHUP', () => pass('SIGTERM'));

  const npm = npmAbove();
  const parentCheck = setInterval(() => {
    if (npmAbove() === npm) return;
    clearInterval(parentCheck);
    pass('SIGTERM');
  }, PARENT_CHECK_MS);

  const code = await ended;
  clearInterval(parentCheck);
  return code;
}

/**
 * The processes between us and npm, which changes when one of them dies: npm puts a shell in between, and where npm is killed
 * the shell stays, under another parent. Linux only; elsewhere a kill -9 of npm alone leaves the server running.
 */
function npmAbove() {
  if (!process.env.npm_lifecycle_event || process.platform !== 'linux') return '';
  const isShell = /^\d+ \((da|ba|z)?sh\) /.test(statOf(process.ppid));
  return `${process.ppid} ${isShell ? parentIn(statOf(process.ppid)) : ''}`;
}

const statOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
};

/** "PID (NAME) STATE PARENT …", where the name may hold anything. */
const parentIn = (stat) => stat.slice(stat.lastIndexOf(')')).split(' ')[2];
