import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';

/** A real Redis on a port of its own. Stopped and started again on that port, it is the same Redis to its clients. */
export type TestRedis = {
  readonly url: string;
  readonly port: number;
  start(): Promise<void>;
  /** kill -9: pub/sub has nothing to save. */
  stop(): Promise<void>;
  /** Runs a command, such as CLIENT KILL TYPE pubsub. */
  run(command: string, ...args: string[]): Promise<unknown>;
  /** Stops it for good and removes its folder. */
  close(): Promise<void>;
};

/**
 * @param settings More of them, as on the command line.
 * @param sentinel What a sentinel is to watch: its settings are a file, which it writes itself.
 */
export async function startRedis(settings: readonly string[] = [], sentinel?: string): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-redis-'));
  const port = await freePort();
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  let args = [...place, '--save', '', '--appendonly', 'no', ...settings];
  if (sentinel !== undefined) {
    const file = join(folder, 'sentinel.conf');
    await writeFile(file, sentinel);
    args = [file, '--sentinel', ...place];
  }
  const ready = sentinel === undefined ? 'Ready to accept connections' : '+monitor';
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const output: string[] = [];
    for await (const line of createInterface({ input: server.stdout! })) {
      output.push(line);
      if (line.includes(ready)) {
        server.stdout!.resume();
        return;
      }
    }
    throw new Error(`redis-server did not start:\n${output.join('\n')}`);
  }

  async function stop(): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    stop,
    async run(command, ...args) {
      const client = new Redis(port, { retryStrategy: () => null });
      client.on('error', () => {}); // told by the command
      try {
        return await client.call(command, ...args);
      } finally {
        client.disconnect();
      }
    },
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}
