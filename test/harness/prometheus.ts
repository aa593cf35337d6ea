import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './redis.ts';

/** The real Prometheus, scraping every second. */
export type TestPrometheus = {
  readonly url: string;
  /** The values of an instant query, or none. */
  query(expr: string): Promise<{ metric: Record<string, string>; value: number }[]>;
  ask(path: string, parameters: Record<string, string>): Promise<any>;
  stop(): Promise<void>;
};

export async function startPrometheus(target: string, ruleFiles: readonly string[]): Promise<TestPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-prometheus-'));
  const port = await freePort();
  const config = join(folder, 'prometheus.yml');
  await writeFile(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ruleFiles,
      scrape_configs: [{ job_name: 'parley', static_configs: [{ targets: [target] }] }],
    }),
  );
  const server = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  await eventually('Prometheus is ready', async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok);

  async function ask(path: string, parameters: Record<string, string>) {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const { data, error } = (await response.json()) as { data?: any; error?: string };
    if (error) throw new Error(`${error}: ${JSON.stringify(parameters)}`);
    return data;
  }
  return {
    url,
    ask,
    async query(expr) {
      const { result } = await ask('query', { query: expr });
      return result.map(({ metric, value }: any) => ({ metric, value: Number(value[1]) }));
    },
    async stop() {
      const exited = once(server, 'exit');
      server.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
