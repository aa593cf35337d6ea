import pg from 'pg';
import { ConfigError } from '../server/config.ts';

/** Any number will do that nobody else locks in this database: "parley" in ASCII. */
const lockKey = 0x7061726c6579;

/**
 * Does the work over one connection, which also has the lock, while no other process does. One connection for both, so that
 * where this process is killed the lock stays until PostgreSQL is done with whatever it was just executing.
 *
 * The schema engine has a lock of its own, but gives up after ten seconds, which a migration of a large table outlasts.
 */
export async function withMigrationLock<T>(url: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  return withOneConnection(url, async (pool) => {
    await pool.query('SELECT pg_advisory_lock($1)', [lockKey]);
    return work(pool);
  });
}

/** A pool, because the schema engine's adapter takes nothing less, whose every query goes over the same connection. */
export async function withOneConnection<T>(url: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'parley migrate',
    // A large table takes what it takes, also where our user has limits by default. And a pooler, which could give the next
    // statement to another session than the one that has the lock, refuses to be asked for this.
    options: '-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    max: 1,
  });
  try {
    const client = await pool.connect().catch((error: unknown) => {
      throw new ConfigError(explain(url, error));
    });
    // Whoever uses it next hears of a broken connection.
    client.on('error', () => {});
    // Its own way replaces the connection, and with it the lock, whenever a query fails; the engine fails queries on purpose.
    pool.query = client.query.bind(client) as typeof pool.query;
    try {
      return await work(pool);
    } finally {
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing answers there',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name could not be looked up',
  '28P01': 'the password is wrong',
  '28000': 'the user may not log in',
  '3D000': 'there is no such database',
};

/** Without the URL itself, which may hold a password. */
function explain(url: string, error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  const { hostname, port, pathname, searchParams } = new URL(url);
  const place = searchParams.get('host') ?? `${hostname}:${port || 5432}`;
  const database = decodeURIComponent(pathname.slice(1));
  if (/unsupported startup parameter/.test(message))
    return `At ${place} is PgBouncer, and migrations need a session of their own. Set DATABASE_POOLER, and DATABASE_DIRECT_URL to the same database past it.`;
  return `PostgreSQL at ${place}, database "${database}", cannot be used: ${reasons[code ?? ''] ?? message}. Change DATABASE_URL (DATABASE_DIRECT_URL, if that is set), or leave it out to use the embedded one.`;
}
