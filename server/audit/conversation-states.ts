import type { RangeCheck, Tally } from './check.ts';

export const conversationStates: RangeCheck = {
  claims: [
    {
      name: 'statuses',
      promise: 'rules',
      level: 'error',
      says: 'closed has a closing time, open has an assignee unless it is notes, waiting has none',
    },
    { name: 'people', promise: 'rules', level: 'error', says: 'who started it was a member; who is assigned is one' },
    {
      name: 'activity',
      promise: 'rules',
      level: 'error',
      says: 'the newest activity is not before the newest message',
    },
  ],
  inspect: (db, { first, last }) => db.$queryRaw<Tally[]>`/* audit_conversation_states */
    WITH judged AS (
      SELECT c.id, c.status,
        (c.status = 'CLOSED') <> (c.closed_at IS NOT NULL) OR (c.status = 'OPEN' AND c.assignee_id IS NULL AND c.notes_of_id IS NULL)
          OR (c.status = 'WAITING' AND c.assignee_id IS NOT NULL) AS status_wrong,
        NOT EXISTS (SELECT 1 FROM member m WHERE m.conversation_id = c.id AND m.participant_id = c.starter_id) AS starter_wrong,
        c.assignee_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM member m WHERE m.conversation_id = c.id AND m.participant_id = c.assignee_id AND m.left_at IS NULL
        ) AS assignee_wrong,
        coalesce(y.at < n.created_at, y.at IS NULL) AS activity_wrong
      FROM conversation c
        LEFT JOIN conversation_activity y ON y.conversation_id = c.id
        LEFT JOIN LATERAL (SELECT m.created_at FROM message m WHERE m.conversation_id = c.id ORDER BY m.seq DESC LIMIT 1) n ON true
      WHERE c.id BETWEEN ${first}::uuid AND ${last}::uuid
    )
    SELECT 'statuses' AS claim, count(*)::float8 AS checked, (count(*) FILTER (WHERE status_wrong))::float8 AS findings,
      coalesce((array_agg(format('conversation %s is %s; its closing time or assignee says otherwise', id, status) ORDER BY id)
        FILTER (WHERE status_wrong))[1:5], '{}') AS examples FROM judged
    UNION ALL
    SELECT 'people', count(*)::float8, (count(*) FILTER (WHERE starter_wrong OR assignee_wrong))::float8,
      coalesce((array_agg(format('conversation %s: its %s is no member', id, CASE WHEN starter_wrong THEN 'starter' ELSE 'assignee' END) ORDER BY id)
        FILTER (WHERE starter_wrong OR assignee_wrong))[1:5], '{}') FROM judged
    UNION ALL
    SELECT 'activity', count(*)::float8, (count(*) FILTER (WHERE activity_wrong))::float8,
      coalesce((array_agg(format('conversation %s has no activity as new as its newest message', id) ORDER BY id)
        FILTER (WHERE activity_wrong))[1:5], '{}') FROM judged`,
};
