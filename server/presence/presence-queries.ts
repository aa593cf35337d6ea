import type { Db } from '../db.ts';

/** Raw, for the upsert of many rows at once on the database's clock: a heartbeat renews all of a process's participants. */
export async function renewPresence(
  db: Db,
  processId: string,
  participantIds: readonly string[],
  ttlMs: number,
): Promise<void> {
  await db.$executeRaw`/* presence_renew */
    INSERT INTO presence (participant_id, process_id, expires_at)
    SELECT p.id, ${processId}::uuid, now() + ${ttlMs}::int * interval '1 millisecond'
    FROM unnest(${[...participantIds].sort()}::uuid[]) AS p(id)
    ON CONFLICT (participant_id, process_id) DO UPDATE SET expires_at = excluded.expires_at`;
}

/** Raw, to stamp when they were last seen in the same statement on the database's clock. */
export async function endPresence(db: Db, processId: string, participantIds: readonly string[]): Promise<void> {
  await db.$executeRaw`/* presence_end */
    WITH gone AS (
      DELETE FROM presence WHERE process_id = ${processId}::uuid AND participant_id = ANY (${participantIds}::uuid[]) RETURNING participant_id
    )
    UPDATE participant p SET last_seen_at = now() FROM gone g WHERE p.id = g.participant_id AND p.deleted_at IS NULL`;
}

/** Raw, because "not expired" is by the database's clock, which all processes share. */
export async function readOnline(db: Db, participantIds: readonly string[]): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ id: string }[]>`/* presence_read */
    SELECT DISTINCT participant_id::text AS id FROM presence
    WHERE participant_id = ANY (${participantIds}::uuid[]) AND expires_at > now()`;
  return new Set(rows.map(({ id }) => id));
}

/** Rows that a dead process left behind. */
export async function deleteExpiredPresence(db: Db): Promise<void> {
  await db.$executeRaw`/* presence_expire */ DELETE FROM presence WHERE expires_at < now() - interval '1 minute'`;
}
