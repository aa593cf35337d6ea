import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { bareEnv } from './bare-env.ts';
import { SHORT_LIVED } from './short-lived.ts';

export type ToolResult = { code: number | null; stdout: string; stderr: string };
export type RunningTool = { readonly child: ChildProcess; readonly result: Promise<ToolResult> };

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A command-line tool as npm runs it, in the project's folder, with nothing of the caller's environment but the path. */
export function startTool(script: string, args: readonly string[], env: Record<string, string> = {}): RunningTool {
  const child = spawn(process.execPath, [...SHORT_LIVED, script, ...args], {
    cwd: root,
    env: { ...bareEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  const result = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(([code, stdout, stderr]) => ({
    code,
    stdout,
    stderr,
  }));
  return { child, result };
}

export const runTool = (...args: Parameters<typeof startTool>): Promise<ToolResult> => startTool(...args).result;
