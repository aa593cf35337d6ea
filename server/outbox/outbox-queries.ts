import type { Db } from '../db.ts';
import { Prisma } from '../generated/prisma/client.ts';

/** An outbox row: keys only. */
export type OutboxRow = {
  readonly id: bigint;
  readonly conversationId: string;
  readonly seq: number;
  readonly traceparent: string | null;
  readonly attempts: number;
  /** Of the attempt before; null before the first. */
  readonly lastError: string | null;
};

/**
 * Urgent conversations first, then in the order of writing, which inside a conversation is its own.
 *
 * Raw, because Prisma has no SKIP LOCKED. One short statement: the claim is a lease (available_at moves on), so no lock
 * and no transaction stays open while publishing, and a relay that dies with it loses it when the lease ends.
 */
export async function claimRows(db: Db, limit: number, leaseMs: number): Promise<OutboxRow[]> {
  const rows = await db.$queryRaw<ClaimedRow[]>`/* outbox_claim */
    UPDATE outbox SET available_at = now() + ${leaseMs}::int * interval '1 millisecond'
    WHERE id IN (
      SELECT id FROM outbox WHERE available_at <= now() ORDER BY urgent DESC, id LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
    )
    RETURNING id, conversation_id::text AS "conversationId", seq, traceparent, attempts, last_error AS "lastError", urgent`;
  return inOrder(rows);
}

/** Rows of these conversations that nobody has claimed yet, as young as they are. Raw for the same reasons. */
export async function claimYoungRows(
  db: Db,
  conversationIds: readonly string[],
  limit: number,
  leaseMs: number,
): Promise<OutboxRow[]> {
  const rows = await db.$queryRaw<ClaimedRow[]>`/* outbox_claim_young */
    UPDATE outbox SET available_at = now() + ${leaseMs}::int * interval '1 millisecond'
    WHERE id IN (
      SELECT id FROM outbox
      WHERE conversation_id = ANY (${conversationIds}::uuid[]) AND available_at <= created_at + interval '1 second'
      ORDER BY urgent DESC, id LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
    )
    RETURNING id, conversation_id::text AS "conversationId", seq, traceparent, attempts, last_error AS "lastError", urgent`;
  return inOrder(rows);
}

type ClaimedRow = OutboxRow & { readonly urgent: boolean };

/** RETURNING has none. */
const inOrder = (rows: ClaimedRow[]): OutboxRow[] =>
  rows.sort((a, b) => Number(b.urgent) - Number(a.urgent) || (a.id < b.id ? -1 : 1));

/**
 * Raw for its commit: losing this deletion in a crash only means publishing once more, so it need not wait for the disk
 * (set_config is local to the statement's own transaction).
 */
export async function deleteRows(db: Db, ids: readonly bigint[]): Promise<void> {
  await db.$executeRaw`/* outbox_delete */
    WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
    DELETE FROM outbox USING relaxed WHERE id = ANY (${ids}::bigint[])`;
}

export type FailedPublish = { readonly id: bigint; readonly backoffMs: number; readonly error: string };

/** Raw, because each row gets a back-off of its own in one statement. */
export async function recordFailures(db: Db, failures: readonly FailedPublish[]): Promise<void> {
  await db.$executeRaw`/* outbox_back_off */
    UPDATE outbox o SET attempts = o.attempts + 1, last_error = f.error, available_at = now() + f.ms * interval '1 millisecond'
    FROM unnest(${failures.map((f) => f.id)}::bigint[], ${failures.map((f) => f.backoffMs)}::int[], ${failures.map((f) => f.error)}::text[])
      AS f(id, ms, error)
    WHERE o.id = f.id`;
}

/** Hands claimed rows back without counting an attempt. Raw, for the database's clock, by which rows are claimed. */
export async function releaseRows(db: Db, ids: readonly bigint[], afterMs: number): Promise<void> {
  await db.$executeRaw`/* outbox_release */
    UPDATE outbox SET available_at = now() + ${afterMs}::int * interval '1 millisecond' WHERE id = ANY (${ids}::bigint[])`;
}

/** Sets rows aside that had their last attempt: deleted there and inserted here by one statement, so never in both or neither. */
export function buryRows(db: Db, failures: readonly FailedPublish[]): Promise<OutboxRow[]> {
  const errors = Prisma.sql`unnest(${failures.map((f) => f.id)}::bigint[], ${failures.map((f) => f.error)}::text[]) AS f(id, error)`;
  return db.$queryRaw<OutboxRow[]>`/* outbox_bury */
    WITH dead AS (
      DELETE FROM outbox o USING ${errors} WHERE o.id = f.id RETURNING o.*, f.error
    )
    INSERT INTO dead_letter (id, conversation_id, seq, traceparent, created_at, attempts, last_error)
    SELECT id, conversation_id, seq, traceparent, created_at, attempts + 1, error FROM dead
    RETURNING id, conversation_id::text AS "conversationId", seq, traceparent, attempts, last_error AS "lastError"`;
}
