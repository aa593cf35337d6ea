import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startApp } from '../../server/app.ts';
import { loadConfig } from '../../server/config.ts';
import { createLog } from '../../server/telemetry/log.ts';
import { bareEnv } from './bare-env.ts';
import { SHORT_LIVED } from './short-lived.ts';

/** A running Parley. */
export type TestServer = {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  readonly metricsUrl: string;
  /** Of a process of its own; undefined in process. */
  readonly pid: number | undefined;
  /** What a process of its own has written to stdout so far, line by line. */
  readonly output: readonly string[];
  /** As on SIGTERM. A process of its own answers its exit code. */
  stop(): Promise<number | undefined>;
  /** kill -9, for processes of their own. */
  kill(): Promise<void>;
};

export type Env = Record<string, string>;

export const AUTH_SECRET = 'a secret that only the tests know: 0123456789';

const base: Env = {
  PORT: '0',
  HOST: '127.0.0.1',
  METRICS_PORT: '0',
  NODE_ENV: 'test',
  LOG_LEVEL: 'error',
  AUTH_SECRET,
  // Tests hurry; those of the limits set it back to 1.
  RATE_LIMIT_SCALE: '1000',
  // Their own tests switch them on.
  CANARY: 'off',
  CONTINUOUS_AUDIT: 'off',
};

/** In this process: what a test breaks on purpose it can reach. */
export async function startInProcess(databaseUrl: string, env: Env = {}): Promise<TestServer> {
  const config = loadConfig({ ...base, ...env });
  const running = await startApp({ config, log: createLog(config), databaseUrl });
  return {
    url: running.url,
    metricsUrl: running.metricsUrl,
    pid: undefined,
    output: [],
    stop: async () => void (await running.stop()),
    kill: () => Promise.reject(new Error('only a process of its own can be killed')),
  };
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** As `npm run relay` runs it. It serves nobody: it has no `url`, health is beside its metrics. */
export const startRelay = (databaseUrl: string, env: Env) => startProcess(databaseUrl, env, 'server/relay.ts');

/**
 * As operators run it: `node --import ./server/telemetry/start.ts server/main.ts`.
 *
 * @param folder Where the code stands; another release's is elsewhere.
 */
export async function startProcess(
  databaseUrl: string,
  env: Env = {},
  program = 'server/main.ts',
  folder = root,
): Promise<TestServer> {
  const child = spawn(process.execPath, [...SHORT_LIVED, '--import', './server/telemetry/start.ts', program], {
    cwd: folder,
    env: { ...bareEnv(), ...base, DATABASE_URL: databaseUrl, ...env },
    // With a channel, so that it notices when the test file dies, and ends.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const urls: Record<string, string> = {};
  const output: string[] = [];
  const lines = createInterface({ input: child.stdout! });
  const ready = new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      output.push(line);
      const [, name, url] = /^ {2}(\w+) +(http\S+)/.exec(line) ?? [];
      if (name && url) urls[name] = url;
      if (/^ {2}Bus /.test(line))
        resolve(); // the last line of the announcement
      else if (line.startsWith('{') && /"level":"(error|fatal)"/.test(line)) console.error(line);
    });
    void exited.then(() => reject(new Error(`the server ended at its start:\n${output.join('\n')}`)));
  });
  await ready;
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    return child.exitCode ?? undefined;
  };
  return {
    url: urls.Dashboard!,
    metricsUrl: urls.Metrics!,
    pid: child.pid,
    output,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}
