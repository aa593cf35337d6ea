import type { Db } from '../db.ts';

export type StoredKey = {
  readonly id: string;
  readonly conversationId: string;
  readonly participantId: string;
  readonly ringKey: string;
  readonly wrapped: Uint8Array;
};

/**
 * The newest key of each member in each conversation; where there is none yet, the one offered is stored, of present members
 * only: whoever tries conversations of others fills no table. Raw, for one round trip. Two processes may store two keys of one
 * member: both are good.
 */
export function takeKeys(db: Db, offers: readonly StoredKey[]): Promise<StoredKey[]> {
  const hex = (bytes: Uint8Array) => `\\x${Buffer.from(bytes).toString('hex')}`;
  return db.$queryRaw<StoredKey[]>`/* take_sealing_keys */
    WITH offered AS (
      SELECT * FROM unnest(
        ${offers.map((o) => o.id)}::uuid[], ${offers.map((o) => o.conversationId)}::uuid[],
        ${offers.map((o) => o.participantId)}::uuid[], ${offers.map((o) => o.ringKey)}::text[],
        ${offers.map((o) => hex(o.wrapped))}::text[]::bytea[]
      ) AS o(id, conversation_id, participant_id, ring_key, wrapped)
    ), known AS (
      SELECT k.* FROM offered o CROSS JOIN LATERAL (
        SELECT id, conversation_id, participant_id, ring_key, wrapped FROM sealing_key x
        WHERE x.conversation_id = o.conversation_id AND x.participant_id = o.participant_id
        ORDER BY x.created_at DESC, x.id DESC LIMIT 1
      ) k
    ), made AS (
      INSERT INTO sealing_key (id, conversation_id, participant_id, ring_key, wrapped)
      SELECT o.* FROM offered o
        JOIN member m ON m.conversation_id = o.conversation_id AND m.participant_id = o.participant_id AND m.left_at IS NULL
      WHERE NOT EXISTS (
        SELECT 1 FROM known k WHERE k.conversation_id = o.conversation_id AND k.participant_id = o.participant_id
      )
      RETURNING id, conversation_id, participant_id, ring_key, wrapped
    )
    SELECT id::text, conversation_id::text AS "conversationId", participant_id::text AS "participantId", ring_key AS "ringKey", wrapped
    FROM (SELECT * FROM known UNION ALL SELECT * FROM made) taken`;
}

export const storedKeyFields = {
  id: true,
  conversationId: true,
  participantId: true,
  ringKey: true,
  wrapped: true,
} as const;

/** Raw, for many rows of different values in one statement. */
export async function rewrapKeys(db: Db, ringKey: string, keys: readonly { id: string; wrapped: Uint8Array }[]) {
  return db.$executeRaw`/* rewrap_sealing_keys */
    UPDATE sealing_key k SET ring_key = ${ringKey}::text, wrapped = n.wrapped
    FROM unnest(${keys.map((k) => k.id)}::uuid[], ${keys.map((k) => `\\x${Buffer.from(k.wrapped).toString('hex')}`)}::text[]::bytea[])
      AS n(id, wrapped)
    WHERE k.id = n.id`;
}
