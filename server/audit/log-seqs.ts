import type { RangeCheck, Tally } from './check.ts';

/** D3: the union of messages and events is 1, 2, 3 … head in every conversation. */
export const logSeqs: RangeCheck = {
  claims: [
    { name: 'no hole', promise: 'D3', level: 'error', says: 'every seq from 1 to the head is there' },
    {
      name: 'no double',
      promise: 'D3',
      level: 'error',
      says: 'every seq stands once, over messages and events together',
    },
    { name: 'within head', promise: 'D3', level: 'error', says: 'no seq lies below 1 or above the head' },
  ],
  inspect: (db, { first, last }) => db.$queryRaw<Tally[]>`/* audit_log_seqs */
    WITH log AS (
      SELECT conversation_id, seq FROM message WHERE conversation_id BETWEEN ${first}::uuid AND ${last}::uuid
      UNION ALL
      SELECT conversation_id, seq FROM conversation_event WHERE conversation_id BETWEEN ${first}::uuid AND ${last}::uuid
    ), stepped AS (
      SELECT c.id, c.head_seq, l.seq, l.seq BETWEEN 1 AND c.head_seq AS inside,
        lag(l.seq, 1, 0) OVER (PARTITION BY c.id, l.seq BETWEEN 1 AND c.head_seq ORDER BY l.seq) AS before
      FROM conversation c LEFT JOIN log l ON l.conversation_id = c.id
      WHERE c.id BETWEEN ${first}::uuid AND ${last}::uuid
    ), told AS (
      SELECT id, head_seq, count(seq) AS events,
        head_seq - count(seq) FILTER (WHERE inside AND seq <> before) AS missing,
        count(seq) FILTER (WHERE inside AND seq = before) AS doubled,
        count(seq) FILTER (WHERE NOT inside) AS outside,
        coalesce(min(before + 1) FILTER (WHERE inside AND seq > before + 1), max(seq) FILTER (WHERE inside) + 1, 1) AS first_missing,
        min(seq) FILTER (WHERE inside AND seq = before) AS first_doubled,
        min(seq) FILTER (WHERE NOT inside) AS first_outside
      FROM stepped GROUP BY id, head_seq
    )
    SELECT 'no hole' AS claim, coalesce(sum(events), 0)::float8 AS checked, coalesce(sum(missing), 0)::float8 AS findings,
      coalesce((array_agg(format('conversation %s lacks %s of %s seqs, first %s', id, missing, head_seq, first_missing) ORDER BY id)
        FILTER (WHERE missing > 0))[1:5], '{}') AS examples FROM told
    UNION ALL
    SELECT 'no double', coalesce(sum(events), 0)::float8, coalesce(sum(doubled), 0)::float8,
      coalesce((array_agg(format('conversation %s has seq %s twice', id, first_doubled) ORDER BY id)
        FILTER (WHERE doubled > 0))[1:5], '{}') FROM told
    UNION ALL
    SELECT 'within head', coalesce(sum(events), 0)::float8, coalesce(sum(outside), 0)::float8,
      coalesce((array_agg(format('conversation %s has seq %s, its head is %s', id, first_outside, head_seq) ORDER BY id)
        FILTER (WHERE outside > 0))[1:5], '{}') FROM told`,
};
