-- The send: a group of messages, from whichever conversations, in one round trip. Idempotent (D2), gapless and in commit
-- order (D3), authorised, with its outbox rows.
--
-- Two statements, because under READ COMMITTED each has its own snapshot. The first takes the conversations' row locks, in
-- id order, so that groups of several processes cannot deadlock. The second starts after the locks are ours and therefore
-- sees all that was committed before: a twin stored meanwhile, a conversation closed, a member removed. The locks are held
-- until commit, so commit order is seq order. Whatever else writes an event must lock the conversation first, and several
-- conversations in id order.
--
-- Left to the caller: never one id twice in a group; send the members singly when a group fails.
-- The two settings keep the plan fixed: without a generic plan each call is planned anew, and one made while "message" was
-- empty would scan the whole table for ever after.
CREATE FUNCTION send_messages(
  ids uuid[], conversation_ids uuid[], sender_ids uuid[], bodies text[], fingerprints bytea[], sent_ats timestamptz[], traceparents text[]
)
RETURNS TABLE (ord int, outcome text, seq int, created_at timestamptz, outbox_id bigint)
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  moment timestamptz;
BEGIN
  PERFORM 1 FROM conversation c WHERE c.id = ANY (conversation_ids) ORDER BY c.id FOR NO KEY UPDATE;
  -- Taken after the locks, so that times rise with seq inside a conversation.
  moment := date_trunc('milliseconds', clock_timestamp());
  RETURN QUERY
  WITH input AS (
    SELECT * FROM unnest(ids, conversation_ids, sender_ids, bodies, fingerprints, sent_ats, traceparents)
      WITH ORDINALITY AS i(id, conversation_id, sender_id, body, fingerprint, sent_at, traceparent, ord)
  ), judged AS MATERIALIZED (
    SELECT i.*, m.seq AS known_seq, m.created_at AS known_at,
      CASE
        WHEN m.id IS NOT NULL THEN
          -- An erased fingerprint matches anything its sender resends: the answer is the tombstone.
          CASE WHEN (m.conversation_id, m.sender_id) = (i.conversation_id, i.sender_id)
                AND coalesce(m.fingerprint = i.fingerprint, true) THEN 'duplicate' ELSE 'conflict' END
        -- Ids are unique over all types, so that node() has one answer.
        WHEN EXISTS (SELECT 1 FROM conversation x WHERE x.id = i.id) OR EXISTS (SELECT 1 FROM participant x WHERE x.id = i.id) THEN 'conflict'
        WHEN c.id IS NULL THEN 'not found'
        WHEN p.participant_id IS NULL THEN 'not a member'
        WHEN c.status = 'CLOSED' THEN 'closed'
        ELSE 'stored'
      END AS outcome
    FROM input i
      LEFT JOIN LATERAL (SELECT * FROM message x WHERE x.id = i.id LIMIT 1) m ON true
      LEFT JOIN LATERAL (SELECT * FROM conversation x WHERE x.id = i.conversation_id LIMIT 1) c ON true
      LEFT JOIN LATERAL (
        SELECT * FROM member x
        WHERE x.conversation_id = i.conversation_id AND x.participant_id = i.sender_id AND x.left_at IS NULL LIMIT 1
      ) p ON true
  ), accepted AS (
    SELECT j.*, row_number() OVER (PARTITION BY j.conversation_id ORDER BY j.ord)::int AS n FROM judged j WHERE j.outcome = 'stored'
  ), advanced AS (
    UPDATE conversation c SET head_seq = c.head_seq + a.n
    FROM (SELECT conversation_id, count(*)::int AS n FROM accepted GROUP BY 1) a
    WHERE c.id = a.conversation_id RETURNING c.id, c.head_seq - a.n AS base
  ), active AS (
    UPDATE conversation_activity y SET at = greatest(y.at, moment) FROM advanced v WHERE y.conversation_id = v.id
  ), stored AS (
    INSERT INTO message (id, conversation_id, seq, sender_id, body, fingerprint, sent_at, created_at, traceparent)
    SELECT a.id, a.conversation_id, v.base + a.n, a.sender_id, a.body, a.fingerprint, a.sent_at, moment, a.traceparent
    FROM accepted a JOIN advanced v ON v.id = a.conversation_id
    RETURNING message.id, message.conversation_id, message.seq, message.created_at, message.traceparent
  ), queued AS (
    INSERT INTO outbox (conversation_id, seq, traceparent) SELECT s.conversation_id, s.seq, s.traceparent FROM stored s
    RETURNING outbox.id, outbox.conversation_id, outbox.seq
  )
  SELECT j.ord::int, j.outcome, coalesce(s.seq, j.known_seq), coalesce(s.created_at, j.known_at), q.id
  FROM judged j
    LEFT JOIN stored s ON s.id = j.id
    LEFT JOIN queued q ON q.conversation_id = s.conversation_id AND q.seq = s.seq
  ORDER BY j.ord;
END $$;
