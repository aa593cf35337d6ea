import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { signToken } from '../../server/auth/sign-token.ts';
import { cpuSecondsOf } from './cpu-time.ts';
import type { FromGenerator, Job, Result } from './job.ts';
import { AUTH_SECRET, type RunningTarget } from './targets.ts';

export type Measured = Result & {
  /** CPU per delivered message, in µs; undefined where the machine does not tell. */
  readonly serverMicros: number | undefined;
  readonly postgresMicros: number | undefined;
};

/** Longer than any run with its set-up; a hanging one must end with an error. */
const TIMEOUT_MS = 180_000;

/** One run of the generator against a server that is there. */
export async function runJob(
  server: RunningTarget,
  postmasterPid: number,
  job: Omit<Job, 'url' | 'tokens'>,
): Promise<Measured> {
  const tokens = server.signs ? await signFor(job.pairs) : undefined;
  const generator = fork(fileURLToPath(new URL('generator.ts', import.meta.url)), { timeout: TIMEOUT_MS });
  const cpu = () => ({
    server: cpuSecondsOf(server.pid, false),
    postgres: cpuSecondsOf(postmasterPid, true),
  });
  let before: ReturnType<typeof cpu> | undefined;
  let after: ReturnType<typeof cpu> | undefined;
  const result = new Promise<Result>((resolve, reject) => {
    generator.on('message', (message: FromGenerator) => {
      if (message.type === 'measuring') before = cpu();
      else if (message.type === 'measured') after = cpu();
      else resolve(message.result);
    });
    generator.once('exit', (code) => reject(new Error(`the generator ended with ${code}`)));
  });
  generator.send({ ...job, url: server.url, tokens } satisfies Job);
  const measured = await result;
  const micros = (what: 'server' | 'postgres') =>
    before?.[what] === undefined || after?.[what] === undefined
      ? undefined
      : ((after[what] - before[what]) * 1e6) / measured.delivered;
  return { ...measured, serverMicros: micros('server'), postgresMicros: micros('postgres') };
}

async function signFor(pairs: number): Promise<Job['tokens']> {
  const key = new TextEncoder().encode(AUTH_SECRET);
  const expiresInSeconds = 3_600;
  return Promise.all(
    Array.from({ length: pairs }, async (_, n) => ({
      sender: await signToken(key, { sub: `sender-${n}`, role: 'CUSTOMER', name: `Sender ${n}`, expiresInSeconds }),
      recipient: await signToken(key, { sub: `recipient-${n}`, role: 'AGENT', name: `Agent ${n}`, expiresInSeconds }),
    })),
  );
}
