import type { Db } from '../db.ts';

export type AccessChangeRow = {
  readonly id: bigint;
  readonly participantId: string;
  readonly conversationId: string | null;
};

type Row = { horizon: bigint; id: bigint | null; participantId: string; conversationId: string | null };

/**
 * What was committed since a horizon, and the next horizon: the oldest transaction still running. Raw, because both must be
 * of one snapshot. Without a horizon only the first one is taken.
 */
export async function readAccessChanges(
  db: Db,
  since: bigint | undefined,
): Promise<{ horizon: bigint; changes: AccessChangeRow[] }> {
  const rows = await db.$queryRaw<Row[]>`/* access_sweep */
    WITH now AS MATERIALIZED (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon)
    SELECT n.horizon, c.id, c.participant_id::text AS "participantId", c.conversation_id::text AS "conversationId"
    FROM now n LEFT JOIN access_change c ON c.xid >= ${since ?? null}::bigint
    ORDER BY c.id`;
  return {
    horizon: rows[0]!.horizon,
    changes: rows.flatMap(({ horizon: _, id, ...change }) => (id === null ? [] : [{ id, ...change }])),
  };
}

export async function deleteOldAccessChanges(db: Db): Promise<void> {
  await db.accessChange.deleteMany({ where: { at: { lt: new Date(Date.now() - 24 * 3_600_000) } } });
}

export type SeenSession = {
  readonly id: string;
  readonly participantId: string;
  readonly login: Uint8Array;
  readonly expiresAt: Date;
  readonly device: string | null;
  readonly platform: string | null;
  readonly locale: string | null;
  readonly timeZone: string | null;
  readonly location: string | null;
};

const hex = (bytes: Uint8Array) => `\\x${Buffer.from(bytes).toString('hex')}`;

/** Raw, to be one round trip: the session that this login has become part of, else the one that it begins. */
export async function noteSession(db: Db, session: SeenSession): Promise<void> {
  const { id, participantId, expiresAt, device, platform, locale, timeZone, location } = session;
  const login = hex(session.login);
  await db.$executeRaw`/* session_seen */
    WITH input AS MATERIALIZED (
      SELECT ${participantId}::uuid AS participant_id, ${login}::text::bytea AS login, ${expiresAt}::timestamptz AS expires_at,
        ${device}::text AS device, ${platform}::text AS platform, ${locale}::text AS locale, ${timeZone}::text AS time_zone,
        ${location}::text AS location
    ), known AS (
      UPDATE session s SET last_seen_at = now(), expires_at = greatest(s.expires_at, i.expires_at), device = i.device,
        platform = i.platform, locale = coalesce(i.locale, s.locale), time_zone = coalesce(i.time_zone, s.time_zone),
        location = coalesce(i.location, s.location)
      FROM input i WHERE s.participant_id = i.participant_id AND i.login = ANY (s.logins) RETURNING s.id
    )
    INSERT INTO session (id, participant_id, login_key, logins, expires_at, device, platform, locale, time_zone, location)
    SELECT ${id}::uuid, i.participant_id, i.login, ARRAY[i.login], i.expires_at, i.device, i.platform, i.locale, i.time_zone, i.location
    FROM input i WHERE NOT EXISTS (SELECT 1 FROM known)
    ON CONFLICT (participant_id, login_key) DO UPDATE SET last_seen_at = excluded.last_seen_at`;
}

/** Tokens remembered per session; an older one has run out long before. */
const MAX_LOGINS = 100;

/** Raw, to append and cut in one statement: the token that follows another on the same socket belongs to its session. */
export async function continueSession(
  db: Db,
  participantId: string,
  before: Uint8Array,
  after: Uint8Array,
  expiresAt: Date,
): Promise<boolean> {
  const count = await db.$executeRaw`/* session_continue */
    UPDATE session SET last_seen_at = now(), expires_at = ${expiresAt}::timestamptz,
      logins = CASE WHEN ${hex(after)}::text::bytea = ANY (logins) THEN logins
        ELSE (array_append(logins, ${hex(after)}::text::bytea))[greatest(1, cardinality(logins) + 2 - ${MAX_LOGINS}::int):] END
    WHERE participant_id = ${participantId}::uuid AND ${hex(before)}::text::bytea = ANY (logins)`;
  return count > 0;
}
