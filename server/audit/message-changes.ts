import type { RangeCheck, Tally } from './check.ts';

/** D10: what the log says about a message and what the message says about itself agree. */
export const messageChanges: RangeCheck = {
  claims: [
    {
      name: 'changes',
      promise: 'D10',
      level: 'error',
      says: 'an edit or deletion is of an earlier message of its conversation',
    },
    {
      name: 'versions',
      promise: 'D10',
      level: 'error',
      says: 'a version is 1, and one more for each edit and the deletion',
    },
  ],
  inspect: (db, { first, last }) => db.$queryRaw<Tally[]>`/* audit_message_changes */
    WITH change AS (
      SELECT conversation_id, seq, kind, message_id FROM conversation_event
      WHERE conversation_id BETWEEN ${first}::uuid AND ${last}::uuid AND kind IN ('MESSAGE_EDITED', 'MESSAGE_DELETED')
    ), posted AS (
      SELECT id, conversation_id, seq, version, deleted_at FROM message WHERE conversation_id BETWEEN ${first}::uuid AND ${last}::uuid
    ), pointed AS (
      SELECT h.*, p.id IS NULL AS astray FROM change h
        LEFT JOIN posted p ON p.id = h.message_id AND p.conversation_id = h.conversation_id AND p.seq < h.seq
    ), counted AS (
      SELECT message_id, count(*) AS changes, count(*) FILTER (WHERE kind = 'MESSAGE_DELETED') AS deletions
      FROM pointed WHERE NOT astray GROUP BY message_id
    ), versioned AS (
      SELECT p.*, coalesce(n.changes, 0) AS changes,
        p.version <> 1 + coalesce(n.changes, 0) OR (p.deleted_at IS NOT NULL)::int <> coalesce(n.deletions, 0) AS wrong
      FROM posted p LEFT JOIN counted n ON n.message_id = p.id
    )
    SELECT 'changes' AS claim, count(*)::float8 AS checked, (count(*) FILTER (WHERE astray))::float8 AS findings,
      coalesce((array_agg(format('conversation %s seq %s (%s) is of message %s', conversation_id, seq, kind, message_id) ORDER BY conversation_id, seq)
        FILTER (WHERE astray))[1:5], '{}') AS examples FROM pointed
    UNION ALL
    SELECT 'versions', count(*)::float8, (count(*) FILTER (WHERE wrong))::float8,
      coalesce((array_agg(format('message %s (conversation %s seq %s) has version %s after %s changes', id, conversation_id, seq, version, changes) ORDER BY id)
        FILTER (WHERE wrong))[1:5], '{}') FROM versioned`,
};
