import type { Db } from '../db.ts';

/** What PostgreSQL says of itself and of the outbox. */
export type DatabaseState = {
  readonly outboxDepth: number;
  readonly outboxOldest: number;
  readonly deadLetters: number;
  readonly waiting: number;
  /** Seconds; 0 where nobody waits. */
  readonly longestWaiting: number;
  readonly open: number;
  readonly commits: number;
  readonly rollbacks: number;
  readonly deadlocks: number;
  readonly size: number;
  readonly connections: number;
  readonly maxConnections: number;
  /** The slowest replica's lag in seconds; null without a replica, or where this role may not see it. */
  readonly replicationLag: number | null;
  readonly tables: { readonly table: string; readonly live: number; readonly dead: number }[];
};

/** Raw, because PostgreSQL's statistics are no tables of ours. Seen by any role. */
export async function readDatabaseState(db: Db): Promise<DatabaseState | undefined> {
  const [state] = await db.$queryRaw<DatabaseState[]>`/* database_metrics */
    SELECT (SELECT count(*)::int FROM outbox) AS "outboxDepth",
      coalesce((SELECT extract(epoch FROM now() - created_at)::float8 FROM outbox ORDER BY id LIMIT 1), 0) AS "outboxOldest",
      (SELECT count(*)::int FROM dead_letter) AS "deadLetters",
      w.count AS waiting, coalesce(extract(epoch FROM now() - w.since)::float8, 0) AS "longestWaiting",
      (SELECT count(*)::int FROM conversation WHERE status = 'OPEN' AND notes_of_id IS NULL) AS open,
      d.xact_commit::float8 AS commits, d.xact_rollback::float8 AS rollbacks, d.deadlocks::float8 AS deadlocks,
      pg_database_size(d.datid)::float8 AS size, d.numbackends AS connections,
      current_setting('max_connections')::int AS "maxConnections",
      (SELECT extract(epoch FROM max(replay_lag))::float8 FROM pg_stat_replication) AS "replicationLag",
      (SELECT coalesce(json_agg(json_build_object('table', relname, 'live', n_live_tup, 'dead', n_dead_tup)), '[]')
        FROM pg_stat_user_tables WHERE schemaname = current_schema()) AS tables
    FROM pg_stat_database d,
      (SELECT count(*)::int, min(created_at) AS since FROM conversation WHERE status = 'WAITING' AND notes_of_id IS NULL) w
    WHERE d.datname = current_database()`;
  return state;
}

/** Raw, because it asks for nothing but an answer. */
export async function pingDatabase(db: Db): Promise<void> {
  await db.$queryRaw`/* ready */ SELECT 1`;
}

export type SessionSettings = {
  readonly user: string;
  readonly database: string;
  readonly settings: Readonly<Record<string, string>>;
};

/** Raw, because it asks for PostgreSQL's own settings. Times are in ms. */
export async function readSessionSettings(db: Db, names: readonly string[]): Promise<SessionSettings> {
  const [found] = await db.$queryRaw<[SessionSettings]>`/* session_settings */
    SELECT current_user::text AS user, current_database()::text AS database, json_object_agg(name, setting) AS settings
    FROM pg_settings WHERE name = ANY (${[...names]}::text[])`;
  return found;
}
