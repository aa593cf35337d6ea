import type { RangeCheck, Tally } from './check.ts';

/** Times come from the clocks of several machines: a minute's difference between them is none. */
export const surveys: RangeCheck = {
  claims: [
    {
      name: 'surveys',
      promise: 'rules',
      level: 'error',
      says: '1 to 5, by a member, after a closing, changed within an hour',
    },
  ],
  inspect: (db, { first, last }) => db.$queryRaw<Tally[]>`/* audit_surveys */
    WITH judged AS (
      SELECT s.id, s.conversation_id, concat_ws(', ',
        CASE WHEN s.rating NOT BETWEEN 1 AND 5 THEN format('its rating is %s', s.rating) END,
        CASE WHEN s.nps NOT BETWEEN 0 AND 10 THEN format('its NPS is %s', s.nps) END,
        CASE WHEN NOT EXISTS (
          SELECT 1 FROM member m WHERE m.conversation_id = s.conversation_id AND m.participant_id = s.participant_id
        ) THEN 'it is not by a member' END,
        CASE WHEN c.status <> 'CLOSED' AND NOT EXISTS (
          SELECT 1 FROM conversation_event e
          WHERE e.conversation_id = s.conversation_id AND e.kind = 'CONVERSATION_CHANGED' AND e.at <= s.submitted_at + interval '1 minute'
        ) THEN 'the conversation was never closed' END,
        CASE WHEN s.changed_at NOT BETWEEN s.submitted_at - interval '1 minute' AND s.submitted_at + interval '61 minutes' THEN 'it was changed too late' END
      ) AS wrong
      FROM survey s JOIN conversation c ON c.id = s.conversation_id
      WHERE s.conversation_id BETWEEN ${first}::uuid AND ${last}::uuid
    )
    SELECT 'surveys' AS claim, count(*)::float8 AS checked, (count(*) FILTER (WHERE wrong <> ''))::float8 AS findings,
      coalesce((array_agg(format('survey %s of conversation %s: %s', id, conversation_id, wrong) ORDER BY conversation_id)
        FILTER (WHERE wrong <> ''))[1:5], '{}') AS examples
    FROM judged`,
};
