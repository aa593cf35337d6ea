import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Config } from './config.ts';
import { Prisma, PrismaClient } from './generated/prisma/client.ts';

export type Db = PrismaClient;

declare const inTransaction: unique symbol;
/**
 * A client inside a transaction. Branded, because a bare PrismaClient is assignable to Prisma's own transaction type,
 * which therefore proves nothing.
 */
export type Tx = Prisma.TransactionClient & { readonly [inTransaction]: true };

/** How much longer than a statement may run we listen for its answer. */
const SILENCE_MS = 1_000;

export function openDb(config: Config, connectionString: string): Db {
  const pool = new pg.Pool({
    connectionString,
    max: config.DATABASE_POOL_SIZE,
    connectionTimeoutMillis: config.DATABASE_CONNECT_TIMEOUT_MS,
    // Where nobody is left to keep the limit: a frozen server, a connection that a failover has cut without a word.
    query_timeout: config.DATABASE_STATEMENT_TIMEOUT_MS + SILENCE_MS,
    ...(config.DATABASE_POOLER === 'off' ? sessionOptions(config) : {}),
    application_name: 'parley',
  });
  // A connection may break at any moment, also while it is idle or just handed out; whoever uses it next is told. Unheard,
  // the event would end the process, and the adapter listens only after a turn of the event loop.
  pool.on('connect', (connection) => connection.on('error', () => {}));
  pool.on('error', () => {});
  const statementNameGenerator = config.DATABASE_POOLER === 'unnamed' ? () => '' : nameOf;
  const adapter = new PrismaPg(pool, { disposeExternalPool: true, statementNameGenerator });
  // Its own defaults are shorter than what is configured, 2 and 5 s, and would be the limits in fact.
  const transactionOptions = {
    maxWait: config.DATABASE_CONNECT_TIMEOUT_MS,
    timeout: config.DATABASE_STATEMENT_TIMEOUT_MS,
  };
  const db = new PrismaClient({ adapter, errorFormat: 'minimal', transactionOptions });
  pools.set(db, pool);
  return db;
}

/**
 * What each connection asks for when it begins. A pooler in transaction mode refuses that: who is behind it changes from one
 * transaction to the next. There PostgreSQL itself must have it by default, which database-state/check-sessions.ts sees to.
 */
const sessionOptions = (config: Config) => ({
  statement_timeout: config.DATABASE_STATEMENT_TIMEOUT_MS,
  lock_timeout: config.DATABASE_LOCK_TIMEOUT_MS,
  idle_in_transaction_session_timeout: config.DATABASE_STATEMENT_TIMEOUT_MS,
  // D1 is a promise about our own writes, whatever the server's default is. And Prisma's adapter drops the offset of a
  // timestamptz, in both directions: under any other time zone every time would be off by it.
  options: '-c synchronous_commit=on -c TimeZone=UTC',
});

/** Prisma does not show its adapter's pool. */
const pools = new WeakMap<Db, pg.Pool>();

export function poolState(db: Db): { total: number; idle: number; waiting: number } {
  const pool = pools.get(db);
  return { total: pool?.totalCount ?? 0, idle: pool?.idleCount ?? 0, waiting: pool?.waitingCount ?? 0 };
}

/** A raw statement of one shape opens with its name as a comment; named statements are prepared once per connection (half of PostgreSQL's CPU). */
function nameOf({ sql }: { sql: string }): string {
  const name = /^\s*\/\*\s*(\w+)\s*\*\//.exec(sql)?.[1];
  return name ?? hashOf(sql);
}

const hashes = new Map<string, string>();
/** Prisma's own statements have a bounded number of shapes; past the bound they are sent unnamed again. */
const MAX_NAMED_SHAPES = 500;

function hashOf(sql: string): string {
  let name = hashes.get(sql);
  if (name === undefined) {
    name = hashes.size < MAX_NAMED_SHAPES ? `p${hashes.size}` : '';
    if (name) hashes.set(sql, name);
  }
  return name;
}

/** One interactive transaction under READ COMMITTED: what locks first and looks afterwards sees all that was committed before its locks. */
export function inTx<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.$transaction((tx) => work(tx as Tx), { isolationLevel: Prisma.TransactionIsolationLevel.ReadCommitted });
}
