import type { RangeCheck, Tally } from './check.ts';

/** D7: nobody has read what was not delivered to them, and nothing was delivered that does not exist. */
export const watermarks: RangeCheck = {
  claims: [{ name: 'watermarks', promise: 'D7', level: 'error', says: '0 ≤ read ≤ delivered ≤ head for every member' }],
  inspect: (db, { first, last }) => db.$queryRaw<Tally[]>`/* audit_watermarks */
    WITH marks AS (
      SELECT m.*, c.head_seq, NOT (0 <= m.read_seq AND m.read_seq <= m.delivered_seq AND m.delivered_seq <= c.head_seq) AS wrong
      FROM member m JOIN conversation c ON c.id = m.conversation_id
      WHERE m.conversation_id BETWEEN ${first}::uuid AND ${last}::uuid AND c.id BETWEEN ${first}::uuid AND ${last}::uuid
    )
    SELECT 'watermarks' AS claim, count(*)::float8 AS checked, (count(*) FILTER (WHERE wrong))::float8 AS findings,
      coalesce((array_agg(
        format('conversation %s participant %s: read %s, delivered %s, head %s', conversation_id, participant_id, read_seq, delivered_seq, head_seq)
        ORDER BY conversation_id, participant_id) FILTER (WHERE wrong))[1:5], '{}') AS examples
    FROM marks`,
};
