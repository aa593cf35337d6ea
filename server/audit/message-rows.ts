import type { RangeCheck, Tally } from './check.ts';

/** D2: an erased message keeps nothing of its body; every other one keeps body and fingerprint, so that a retry is known. */
export const messageRows: RangeCheck = {
  claims: [
    { name: 'tombstones', promise: 'D2', level: 'error', says: 'a deleted message has neither body nor fingerprint' },
    {
      name: 'messages',
      promise: 'D2',
      level: 'error',
      says: 'every other message has a body and a 32-byte fingerprint',
    },
  ],
  inspect: (db, { first, last }) => db.$queryRaw<Tally[]>`/* audit_message_rows */
    WITH judged AS (
      SELECT id, conversation_id, seq, deleted_at IS NOT NULL AS deleted,
        deleted_at IS NOT NULL AND (body IS NOT NULL OR fingerprint IS NOT NULL) AS remains,
        deleted_at IS NULL AND (body IS NULL OR body = '' OR fingerprint IS NULL OR octet_length(fingerprint) <> 32) AS lacks
      FROM message WHERE conversation_id BETWEEN ${first}::uuid AND ${last}::uuid
    )
    SELECT 'tombstones' AS claim, (count(*) FILTER (WHERE deleted))::float8 AS checked, (count(*) FILTER (WHERE remains))::float8 AS findings,
      coalesce((array_agg(format('message %s (conversation %s seq %s) is deleted and not erased', id, conversation_id, seq) ORDER BY id)
        FILTER (WHERE remains))[1:5], '{}') AS examples FROM judged
    UNION ALL
    SELECT 'messages', (count(*) FILTER (WHERE NOT deleted))::float8, (count(*) FILTER (WHERE lacks))::float8,
      coalesce((array_agg(format('message %s (conversation %s seq %s) lacks its body or fingerprint', id, conversation_id, seq) ORDER BY id)
        FILTER (WHERE lacks))[1:5], '{}') FROM judged`,
};
