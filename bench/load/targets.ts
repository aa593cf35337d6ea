import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Job } from './job.ts';
import { type Profile, startProfile, stopProfile } from './profile.ts';
import { REPORTS_USAGE, type Usage, usageOf } from './usage.ts';

/** A server that can be loaded, started for one run on an empty database. */
export type Target = {
  readonly name: string;
  readonly protocol: Job['protocol'];
  start(databaseUrl: string): Promise<RunningTarget>;
};
export type RunningTarget = {
  readonly url: string;
  /** Where it counts its spans; undefined of those that have none. */
  readonly metricsUrl?: string;
  readonly pid: number;
  readonly signs: boolean;
  /** Of a server that was started with record-profile.ts. */
  readonly profiler?: { start(): void; stop(): Promise<Profile> };
  /** Of a server that was started with report-usage.ts. */
  readonly usage?: () => Promise<Usage>;
  stop(): Promise<void>;
};

/** To be imported into a server that is profiled. */
export const RECORDS_PROFILE = './bench/load/record-profile.ts';

export const AUTH_SECRET = 'a secret that only the benchmark knows: 012345';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * As operators run it, with every limit on but the rate limits, which no benchmark gets by. preload: what is imported into it
 * before everything else.
 */
export const parley = (
  name: string,
  protocol: Job['protocol'],
  env: Record<string, string> = {},
  preload: readonly string[] = [],
): Target => ({
  name,
  protocol,
  async start(databaseUrl) {
    const imports = [...preload, './server/telemetry/start.ts'].flatMap((path) => ['--import', path]);
    const child = launch([...imports, 'server/main.ts'], {
      PORT: '0',
      METRICS_PORT: '0',
      LOG_LEVEL: 'error',
      AUTH_SECRET,
      RATE_LIMIT_SCALE: '100000',
      DATABASE_URL: databaseUrl,
      ...env,
    });
    const { Dashboard, Metrics } = await new Promise<Record<string, string>>((resolve, reject) => {
      const said: Record<string, string> = {};
      createInterface({ input: child.stdout! }).on('line', (line) => {
        const [, name, value] = /^ {2}([A-Z]\w+) +(\S+)/.exec(line) ?? [];
        if (name) said[name] = value!;
        if (name === 'Bus') resolve(said);
      });
      child.once('exit', (code) => reject(new Error(`Parley ended at its start with ${code}`)));
    });
    const profiler = { start: () => startProfile(child), stop: () => stopProfile(child) };
    return {
      ...running(child, `${Dashboard!.replace(/\/$/, '')}/graphql`, true),
      metricsUrl: Metrics!,
      ...(preload.includes(RECORDS_PROFILE) && { profiler }),
      ...(preload.includes(REPORTS_USAGE) && { usage: () => usageOf(child) }),
    };
  },
});

export const reference = (
  name: string,
  file: string,
  protocol: Job['protocol'],
  preload: readonly string[] = [],
): Target => ({
  name,
  protocol,
  async start(databaseUrl) {
    const imports = preload.flatMap((path) => ['--import', path]);
    const child = launch([...imports, `bench/reference/${file}`], {
      DATABASE_URL: databaseUrl,
      NODE_ENV: 'production',
    });
    child.stdout!.resume();
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return {
      ...running(child, `http://127.0.0.1:${port}/graphql`, false),
      ...(preload.includes(REPORTS_USAGE) && { usage: () => usageOf(child) }),
    };
  },
});

function launch(args: string[], env: Record<string, string>): ChildProcess {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return spawn(process.execPath, args, {
    cwd: root,
    env: { PATH, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
}

const running = (child: ChildProcess, url: string, signs: boolean): RunningTarget => ({
  url,
  pid: child.pid!,
  signs,
  async stop() {
    const exited = once(child, 'exit');
    if (signs) child.kill('SIGTERM');
    else child.disconnect();
    await exited;
  },
});
