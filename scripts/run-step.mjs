import { spawn } from 'node:child_process';
import { projectEnv, root } from './project.mjs';

/** Runs one step of the set-up: a line for it, its own output only when it fails. */
export async function runStep(title, command, args, { env = projectEnv } = {}) {
  const startedAt = Date.now();
  process.stdout.write(`${title} … `);
  const output = [];
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const failure = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? undefined : (signal ?? `exit code ${code}`)));
  });
  if (failure === undefined) {
    process.stdout.write(`${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
    return;
  }
  process.stdout.write(`failed (${failure})\n`);
  process.stderr.write(Buffer.concat(output));
  throw new StepFailed(title);
}

/** Everything there is to say has been printed. */
export class StepFailed extends Error {}

/** The outermost call of a script. */
export async function exitOnFailure(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    process.exitCode = 1;
  }
}
