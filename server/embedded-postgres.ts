import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ConfigError } from './config.ts';
import { chooseAccount } from './embedded-postgres/account.ts';
import { findBinaries } from './embedded-postgres/binaries.ts';
import { clusterOf, ensureCluster } from './embedded-postgres/cluster.ts';
import { lockDataDir, lockHolder } from './embedded-postgres/data-dir-lock.ts';
import { keepRunning } from './embedded-postgres/keep-running.ts';
import { clearLeftovers } from './embedded-postgres/leftovers.ts';
import { startPostmaster } from './embedded-postgres/postmaster.ts';
import { openSocketUrl } from './embedded-postgres/socket-url.ts';

/**
 * The PostgreSQL that Parley brings along, for everyone who has not set DATABASE_URL. It lives in DATA_DIR:
 *
 *   postgres/                   PostgreSQL's data folder, with its socket
 *   postgres.log, .log.1        what it had to say since its last start, and before
 *   lock, lock-holder           which process may start and stop it
 *
 * A crash anywhere costs nothing: the lock goes with its holder, and whoever takes it next clears away what is left.
 */
type Log = { info(line: string): void; warn(line: string): void; error(line: string): void };
type Options = { dataDir: string; log: Log };

/** How long a command waits for a server that is just starting or stopping. */
const ATTACH_TIMEOUT_MS = 15_000;
const POLL_MS = 100;

/** Starts it for as long as this process wants; no other process can until then. `stop` may be called twice. */
export async function startEmbeddedPostgres({
  dataDir,
  log,
}: Options): Promise<{ url: string; stop(): Promise<void> }> {
  const dir = makeDataDir(dataDir);
  const started = await startIfFree(dir, log);
  if (started) return started;
  throw new ConfigError(
    `DATA_DIR ${dir} is in use by ${lockHolder(dir)}. Stop that one, or set DATA_DIR to another folder.`,
  );
}

/** For commands beside the server: uses the one that it runs, or else starts one until `release`. */
export async function attachEmbeddedPostgres({
  dataDir,
  log,
}: Options): Promise<{ url: string; release(): Promise<void> }> {
  const dir = makeDataDir(dataDir);
  for (const deadline = Date.now() + ATTACH_TIMEOUT_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const started = await startIfFree(dir, log);
    if (started) return { url: started.url, release: started.stop };
    const running = await findRunning(dir);
    if (running) return running;
  }
  throw new ConfigError(
    `DATA_DIR ${dir} is in use by ${lockHolder(dir)}, but its PostgreSQL does not answer. Restart that one.`,
  );
}

/**
 * For whoever watches over a server that was killed: stops the PostgreSQL that it left running. False: somebody has it by
 * now, and nothing was done.
 */
export async function stopLeftPostgres({ dataDir, log }: Options): Promise<boolean> {
  const dir = makeDataDir(dataDir);
  const lock = lockDataDir(dir);
  if (!lock) return false;
  try {
    if (existsSync(clusterOf(dir))) await clearLeftovers(clusterOf(dir), log);
    return true;
  } finally {
    lock.release();
  }
}

async function startIfFree(dir: string, log: Log): Promise<{ url: string; stop(): Promise<void> } | undefined> {
  const lock = lockDataDir(dir);
  if (!lock) return undefined;
  // Undone from the last to the first: where a step fails, and at the stop.
  await using steps = new AsyncDisposableStack();
  steps.defer(() => lock.release());

  const cluster = clusterOf(dir);
  const account = chooseAccount(cluster);
  const binaries = findBinaries(account);
  await ensureCluster(cluster, binaries, account);
  const socket = openSocketUrl(cluster);
  steps.defer(() => socket.close());
  const postgres = await keepRunning(async () => {
    await clearLeftovers(cluster, log);
    return startPostmaster({ cluster, binaries, account, logFile: join(dir, 'postgres.log') });
  }, log);
  steps.defer(() => postgres.stop());
  await createDatabase(socket.url);

  const started = steps.move();
  let stopped: Promise<void> | undefined;
  return { url: socket.url, stop: () => (stopped ??= started.disposeAsync()) };
}

async function findRunning(dir: string): Promise<{ url: string; release(): Promise<void> } | undefined> {
  let socket: ReturnType<typeof openSocketUrl> | undefined;
  try {
    const found = openSocketUrl(clusterOf(dir));
    socket = found;
    await query(found.url, 'SELECT 1');
    return { url: found.url, release: async () => found.close() };
  } catch (error) {
    socket?.close();
    if (error instanceof ConfigError) throw error;
    return undefined;
  }
}

async function createDatabase(url: string): Promise<void> {
  try {
    await query(url, 'SELECT 1');
  } catch (error) {
    if ((error as { code?: string }).code !== '3D000') throw error;
    const server = new URL(url);
    const name = server.pathname.slice(1);
    server.pathname = '/postgres';
    await query(server.href, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

function makeDataDir(dataDir: string): string {
  const dir = resolve(dataDir);
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    throw new ConfigError(`DATA_DIR ${dir} cannot be made: ${(error as Error).message}. Choose another folder.`);
  }
  return dir;
}
