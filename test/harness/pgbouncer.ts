import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chooseAccount } from '../../server/embedded-postgres/account.ts';
import { execute } from './execute.ts';
import { freePort } from './redis.ts';

/** A real PgBouncer in transaction mode, on a port of its own. */
export type TestPgBouncer = {
  /** The database through it. */
  readonly url: string;
  /** A command of its console, such as RECONNECT or SHOW POOLS. */
  run<Row>(command: string): Promise<Row[]>;
  /** kill -9, and another in its place. */
  replace(): Promise<void>;
  close(): Promise<void>;
};

/** @param target The database behind it: an address with a port, no socket. */
export async function startPgBouncer(target: string, { poolSize }: { poolSize: number }): Promise<TestPgBouncer> {
  const { hostname, port: targetPort, pathname, username } = new URL(target);
  const database = pathname.slice(1);
  const folder = await mkdtemp(join(tmpdir(), 'parley-pgbouncer-'));
  const port = await freePort();
  const settings = join(folder, 'pgbouncer.ini');
  await writeFile(
    settings,
    `[databases]
${database} = host=${hostname} port=${targetPort} user=${username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
admin_users = ${username}
pool_mode = transaction
default_pool_size = ${poolSize}
server_login_retry = 1
`,
  );
  // Like PostgreSQL, it does not run as root.
  const account = chooseAccount(folder);
  for (const path of account ? [folder, settings] : []) chownSync(path, account!.uid, account!.gid);
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    // Debian puts it where users do not look.
    const PATH = `${process.env.PATH}:/usr/sbin`;
    server = spawn('pgbouncer', [settings], {
      ...account,
      cwd: folder,
      env: { PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const output: string[] = [];
    for await (const line of createInterface({ input: server.stderr! })) {
      output.push(line);
      if (line.includes('process up')) {
        server.stderr!.resume();
        return;
      }
    }
    throw new Error(`pgbouncer did not start:\n${output.join('\n')}`);
  }

  async function kill(): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  }

  await start();
  const url = `postgres://${username}@127.0.0.1:${port}/${database}?sslmode=disable`;
  return {
    url,
    run: (command) => execute(url.replace(`/${database}?`, '/pgbouncer?'), command),
    async replace() {
      await kill();
      await start();
    },
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
