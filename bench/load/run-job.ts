import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { signToken } from '../../server/auth/sign-token.ts';
import { cpuSecondsOf } from './cpu-time.ts';
import type { FromGenerator, Job, Result } from './job.ts';
import type { Profile } from './profile.ts';
import { AUTH_SECRET, type RunningTarget } from './targets.ts';

export type Measured = Result & {
  /** CPU per delivered message, in µs; undefined where the machine does not tell. */
  readonly serverMicros: number | undefined;
  readonly postgresMicros: number | undefined;
  /** Spans recorded per delivered message, dropped ones included; undefined where the server does not count them. */
  readonly spans: number | undefined;
  /** Where the server's time went; undefined where nobody records it. */
  readonly profile: Profile | undefined;
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
  let spansBefore: Promise<number | undefined> | undefined;
  let spansAfter: Promise<number | undefined> | undefined;
  let profile: Promise<Profile> | undefined;
  const result = new Promise<Result>((resolve, reject) => {
    generator.on('message', (message: FromGenerator) => {
      if (message.type === 'measuring') {
        server.profiler?.start();
        before = cpu();
        spansBefore = countSpans(server.metricsUrl);
      } else if (message.type === 'measured') {
        after = cpu();
        profile = server.profiler?.stop();
        spansAfter = countSpans(server.metricsUrl);
      } else resolve(message.result);
    });
    generator.once('exit', (code) => reject(new Error(`the generator ended with ${code}`)));
  });
  generator.send({ ...job, url: server.url, tokens } satisfies Job);
  const measured = await result;
  const micros = (what: 'server' | 'postgres') =>
    before?.[what] === undefined || after?.[what] === undefined
      ? undefined
      : ((after[what] - before[what]) * 1e6) / measured.delivered;
  const [counted, countedAfter] = [await spansBefore, await spansAfter];
  return {
    ...measured,
    profile: await profile,
    serverMicros: micros('server'),
    postgresMicros: micros('postgres'),
    spans:
      counted === undefined || countedAfter === undefined ? undefined : (countedAfter - counted) / measured.delivered,
  };
}

/** Spans that were ended and recorded so far. Exporting lags a second behind, at the beginning and at the end alike. */
async function countSpans(metricsUrl: string | undefined): Promise<number | undefined> {
  if (!metricsUrl) return undefined;
  const metrics = await (await fetch(metricsUrl)).text();
  const counts = metrics.matchAll(/^otel_sdk_processor_span_processed_total\S* (\d+)/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
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
