import type { Db } from './db.ts';

/** Where PostgreSQL's own log ends, in bytes since it began. Raw, as what follows, because it is no table of ours. */
export async function readWalPosition(db: Db): Promise<{ position: number; system: string }> {
  const [found] = await db.$queryRaw<[{ position: number; system: string }]>`/* wal_position */
    SELECT (pg_current_wal_lsn() - '0/0')::float8 AS position, system_identifier::text AS system FROM pg_control_system()`;
  return found;
}

/** How far it has replayed the primary's log; null where it has never replayed any. */
export async function readReplicaPosition(replica: Db): Promise<{ position: number | null; system: string }> {
  const [found] = await replica.$queryRaw<[{ position: number | null; system: string }]>`/* replica_position */
    SELECT (pg_last_wal_replay_lsn() - '0/0')::float8 AS position, system_identifier::text AS system FROM pg_control_system()`;
  return found;
}
