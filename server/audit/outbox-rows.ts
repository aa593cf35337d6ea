import type { Tally, WholeCheck } from './check.ts';

/** D5: what is queued is real and moves on; what was given up is real and known. */
export const outboxRows: WholeCheck = {
  claims: [
    { name: 'outbox events', promise: 'D5', level: 'error', says: 'every outbox row stands for an event of the log' },
    {
      name: 'outbox moves',
      promise: 'D5',
      level: 'error',
      says: 'no outbox row is older than a minute, unless in back-off',
    },
    {
      name: 'dead letter events',
      promise: 'D5',
      level: 'error',
      says: 'every dead letter stands for an event, and left the outbox',
    },
    {
      name: 'dead letters',
      promise: 'D5',
      level: 'warning',
      says: 'there are none: each is an event that could not be published',
    },
  ],
  async *inspect(db) {
    yield await db.$queryRaw<Tally[]>`/* audit_outbox */
      WITH judged AS (
        SELECT o.*, NOT (
          EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = o.conversation_id AND m.seq = o.seq)
          OR EXISTS (SELECT 1 FROM conversation_event e WHERE e.conversation_id = o.conversation_id AND e.seq = o.seq)
        ) AS astray,
        o.created_at < now() - interval '1 minute' AND NOT (o.attempts > 0 AND o.available_at > now()) AS stuck
        FROM outbox o
      )
      SELECT 'outbox events' AS claim, count(*)::float8 AS checked, (count(*) FILTER (WHERE astray))::float8 AS findings,
        coalesce((array_agg(format('outbox row %s: conversation %s has no seq %s', id, conversation_id, seq) ORDER BY id)
          FILTER (WHERE astray))[1:5], '{}') AS examples FROM judged
      UNION ALL
      SELECT 'outbox moves', count(*)::float8, (count(*) FILTER (WHERE stuck))::float8,
        coalesce((array_agg(format('outbox row %s (conversation %s seq %s) has waited since %s, %s attempts', id, conversation_id, seq,
          to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), attempts) ORDER BY id)
          FILTER (WHERE stuck))[1:5], '{}') FROM judged`;
    yield await db.$queryRaw<Tally[]>`/* audit_dead_letters */
      WITH judged AS (
        SELECT d.*, NOT (
          EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = d.conversation_id AND m.seq = d.seq)
          OR EXISTS (SELECT 1 FROM conversation_event e WHERE e.conversation_id = d.conversation_id AND e.seq = d.seq)
        ) OR EXISTS (SELECT 1 FROM outbox o WHERE o.id = d.id) AS astray
        FROM dead_letter d
      )
      SELECT 'dead letter events' AS claim, count(*)::float8 AS checked, (count(*) FILTER (WHERE astray))::float8 AS findings,
        coalesce((array_agg(format('dead letter %s: conversation %s seq %s is no event, or still in the outbox', id, conversation_id, seq) ORDER BY id)
          FILTER (WHERE astray))[1:5], '{}') AS examples FROM judged
      UNION ALL
      SELECT 'dead letters', count(*)::float8, count(*)::float8,
        coalesce((array_agg(format('dead letter %s: conversation %s seq %s, %s attempts: %s', id, conversation_id, seq, attempts, left(last_error, 100))
          ORDER BY failed_at DESC, id DESC))[1:5], '{}') FROM judged`;
  },
};
