import { type Config, ConfigError } from '../config.ts';
import type { Db } from '../db.ts';
import { readSessionSettings } from './database-state-queries.ts';

/**
 * Through a pooler in transaction mode no connection can ask for what it needs: PostgreSQL must have it by default, for our
 * user in our database. Looked at once, at the start, because without it D1 and every time that is read would rest on luck.
 * Whatever else is set for one transaction only (set_config(…, true), pg_advisory_xact_lock) is set inside its statement.
 */
export async function checkSessions(db: Db, config: Config): Promise<void> {
  if (config.DATABASE_POOLER === 'off') return;
  const wanted = wantedSettings(config);
  const { user, database, settings } = await readSessionSettings(db, Object.keys(wanted));
  const missing = Object.entries(wanted).filter(([name, { holds }]) => !holds(settings[name] ?? ''));
  if (missing.length === 0) return;
  const statements = missing.map(
    ([name, { value }]) => `ALTER ROLE ${quoted(user)} IN DATABASE ${quoted(database)} SET ${name} = '${value}';`,
  );
  throw new ConfigError(
    `DATABASE_POOLER is "${config.DATABASE_POOLER}", and through the pooler sessions lack what Parley needs. Run, past it: ${statements.join(' ')} Then let the pooler connect anew (PgBouncer: RECONNECT).`,
  );
}

type Wanted = { readonly value: string; holds(setting: string): boolean };

function wantedSettings(config: Config): Record<string, Wanted> {
  const atMost = (ms: number): Wanted => ({
    value: `${ms}ms`,
    // 0 is no limit at all.
    holds: (setting) => Number(setting) > 0 && Number(setting) <= ms,
  });
  return {
    // There are stronger and weaker levels than on; all but off survive the crash of PostgreSQL's machine.
    synchronous_commit: { value: 'on', holds: (setting) => setting !== 'off' },
    TimeZone: { value: 'UTC', holds: (setting) => setting === 'UTC' || setting === 'Etc/UTC' },
    statement_timeout: atMost(config.DATABASE_STATEMENT_TIMEOUT_MS),
    lock_timeout: atMost(config.DATABASE_LOCK_TIMEOUT_MS),
    idle_in_transaction_session_timeout: atMost(config.DATABASE_STATEMENT_TIMEOUT_MS),
  };
}

const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
