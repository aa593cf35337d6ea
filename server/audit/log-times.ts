import type { RangeCheck, Tally } from './check.ts';

/** Times are taken under the conversation's lock, so they rise with seq unless the clock was set back. */
export const logTimes: RangeCheck = {
  claims: [
    {
      name: 'times rise',
      promise: 'D3',
      level: 'warning',
      says: 'a later seq has no earlier time (a clock set back does this)',
    },
  ],
  inspect: (db, { first, last }) => db.$queryRaw<Tally[]>`/* audit_log_times */
    WITH log AS (
      SELECT conversation_id, seq, created_at AS at FROM message WHERE conversation_id BETWEEN ${first}::uuid AND ${last}::uuid
      UNION ALL
      SELECT conversation_id, seq, at FROM conversation_event WHERE conversation_id BETWEEN ${first}::uuid AND ${last}::uuid
    ), stepped AS (
      SELECT conversation_id, seq, lag(at) OVER (PARTITION BY conversation_id ORDER BY seq) > at AS backwards FROM log
    )
    SELECT 'times rise' AS claim, count(*)::float8 AS checked, (count(*) FILTER (WHERE backwards))::float8 AS findings,
      coalesce((array_agg(format('conversation %s seq %s is earlier than the seq before it', conversation_id, seq) ORDER BY conversation_id, seq)
        FILTER (WHERE backwards))[1:5], '{}') AS examples
    FROM stepped`,
};
