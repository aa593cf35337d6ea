import pg from 'pg';
import { ConfigError } from '../server/config.ts';

/** Any number will do that nobody else locks in this database: "parley" in ASCII. */
const lockKey = 0x7061726c6579;

/**
 * Does the work while no other process does. The schema engine has a lock of its own, but gives up after ten seconds,
 * which a migration of a large table outlasts; this one waits as long as it takes, and PostgreSQL lets go of it when its
 * holder dies.
 */
export async function withMigrationLock<T>(url: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'parley migrate',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // A connection that breaks meanwhile takes the lock with it; the work has connections of its own and reports for itself.
  client.on('error', () => {});
  await client.connect().catch((error: unknown) => {
    throw new ConfigError(explain(url, error));
  });
  try {
    await client.query('SET statement_timeout = 0');
    await client.query('SET lock_timeout = 0');
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    return await work();
  } finally {
    await client.end().catch(() => {});
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
  return `PostgreSQL at ${place}, database "${database}", cannot be used: ${reasons[code ?? ''] ?? message}. Change DATABASE_URL, or leave it out to use the embedded one.`;
}
