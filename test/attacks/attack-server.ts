import { setTimeout as pause } from 'node:timers/promises';
import { startForFile } from '../api/start-for-file.ts';
import { OperationError } from '../harness/actor.ts';
import { type Env, startProcess } from '../harness/server.ts';

/** As it stands on the internet: production mode, every limit at its default. Behind one proxy, so that tests can be many. */
export const startAttacked = (env: Env = {}) =>
  startForFile({ NODE_ENV: 'production', RATE_LIMIT_SCALE: '1', TRUST_PROXY: '1', ...env }, startProcess);

/** An address of one's own, as the proxy in front tells it. */
let lastAddress = 0;
export const newAddress = () => `198.51.${++lastAddress}.7`;
export const from = (address: string) => ({ 'x-forwarded-for': address });

/** The errors that an operation is refused with; fails when it is not. */
export async function errorsOf(running: Promise<unknown>): Promise<OperationError['errors']> {
  const outcome = await running.then(
    (data) => new Error(`it was not refused: ${JSON.stringify(data)}`),
    (error: unknown) => error,
  );
  if (!(outcome instanceof OperationError)) throw outcome;
  return outcome.errors;
}

/** Windows of limits begin for all at once: near the end of one a test would see two. Waits for the next one there. */
export async function roomInWindow(windowMs: number, neededMs: number): Promise<void> {
  const leftMs = windowMs - (Date.now() % windowMs);
  if (leftMs < neededMs) await pause(leftMs);
}
