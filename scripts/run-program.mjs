import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { program, projectEnv, root } from './project.mjs';

/** Within this a second signal is the first one again: Ctrl-C reaches us from the terminal and from npm. */
const SAME_SIGNAL_MS = 500;
const PARENT_CHECK_MS = 1_000;

/**
 * Runs a program of the project on its Node until it ends, and returns its exit code. Each signal that we get, it gets
 * once: it stands in a process group of its own, so that a terminal does not reach it past us. When we are killed it
 * notices by the IPC channel, and when the npm that started us is killed, so do we.
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

  const parent = process.ppid;
  const parentCheck = setInterval(() => {
    if (!process.env.npm_lifecycle_event || process.ppid === parent) return;
    clearInterval(parentCheck);
    pass('SIGTERM');
  }, PARENT_CHECK_MS);

  const code = await ended;
  clearInterval(parentCheck);
  return code;
}
