import type { RangeCheck, Tally } from './check.ts';

/** D5 by conversation, for the continuous audit: outbox-rows says the same of all rows at once. */
export const stuckEvents: RangeCheck = {
  claims: [
    {
      name: 'nothing stuck',
      promise: 'D5',
      level: 'error',
      says: 'no event waits in the outbox for over a minute, unless in back-off, or was given up',
    },
  ],
  inspect: (db, { first, last }) => db.$queryRaw<Tally[]>`/* audit_stuck_events */
    WITH waiting AS (
      SELECT conversation_id, seq, created_at < now() - interval '1 minute' AND NOT (attempts > 0 AND available_at > now()) AS stuck
      FROM outbox WHERE conversation_id BETWEEN ${first}::uuid AND ${last}::uuid
      UNION ALL
      SELECT conversation_id, seq, true FROM dead_letter WHERE conversation_id BETWEEN ${first}::uuid AND ${last}::uuid
    )
    SELECT 'nothing stuck' AS claim, count(*)::float8 AS checked, (count(*) FILTER (WHERE stuck))::float8 AS findings,
      coalesce((array_agg(format('conversation %s: seq %s was not published', conversation_id, seq) ORDER BY conversation_id, seq)
        FILTER (WHERE stuck))[1:5], '{}') AS examples
    FROM waiting`,
};
