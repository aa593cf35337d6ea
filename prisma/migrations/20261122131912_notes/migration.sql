-- Agents' internal notes: a companion conversation with a log and members of its own. Written from schema.prisma; by hand: the
-- constraint, the partial index, and the two functions.

-- AlterTable
ALTER TABLE "conversation" ADD COLUMN     "notes_of_id" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "conversation_notes_of_id_key" ON "conversation"("notes_of_id");

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_notes_of_id_fkey" FOREIGN KEY ("notes_of_id") REFERENCES "conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Notes have no state: they stay as they were made, open and nobody's, whatever becomes of what they are about.
ALTER TABLE "conversation" DROP CONSTRAINT "conversation_open_check";
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_open_check"
    CHECK ("status" <> 'OPEN' OR "assignee_id" IS NOT NULL OR "notes_of_id" IS NOT NULL);
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_notes_of_id_check" CHECK (
    "notes_of_id" IS NULL OR (
        "notes_of_id" <> "id" AND "status" = 'OPEN' AND "assignee_id" IS NULL AND "subject" IS NULL AND "topic" IS NULL
    )
);

-- Lists and counts by status are never about notes, and notes stay open: without them the few that are open stay few.
DROP INDEX "conversation_status_idx";
CREATE INDEX "conversation_status_idx" ON "conversation"("status") WHERE "notes_of_id" IS NULL;

-- Only agents and managers write or acknowledge notes, also where somebody has become a customer who was let in as an agent.
-- Otherwise as before. The role is a subquery of its own: no plan reads the whole table of participants for it.
CREATE OR REPLACE FUNCTION send_messages(
  ids uuid[], conversation_ids uuid[], sender_ids uuid[], bodies text[], fingerprints bytea[], sent_ats timestamptz[], traceparents text[],
  lock_wait_ms int DEFAULT NULL
)
RETURNS TABLE (ord int, outcome text, seq int, created_at timestamptz, outbox_id bigint)
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  moment timestamptz;
  skips CONSTANT boolean := lock_wait_ms IS NOT DISTINCT FROM 0;
  free_ids uuid[] := '{}';
  free_conversations uuid[] := '{}';
BEGIN
  IF skips THEN
    SELECT array_agg(i.id) INTO free_ids FROM unnest(ids) AS i(id) WHERE pg_try_advisory_xact_lock_shared(uuid_hash_extended(i.id, 0));
    SELECT array_agg(f.id) INTO free_conversations FROM (
      SELECT c.id FROM conversation c WHERE c.id = ANY (conversation_ids) ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED
    ) f;
  ELSE
    IF lock_wait_ms IS NOT NULL THEN PERFORM set_config('lock_timeout', lock_wait_ms::text, true); END IF;
    PERFORM pg_advisory_xact_lock_shared(uuid_hash_extended(i.id, 0)) FROM unnest(ids) AS i(id);
    PERFORM 1 FROM conversation c WHERE c.id = ANY (conversation_ids) ORDER BY c.id FOR NO KEY UPDATE;
  END IF;
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
        WHEN skips AND i.id = ANY (free_ids) IS NOT TRUE THEN 'locked'
        -- Ids are unique over all types, so that node() has one answer.
        WHEN EXISTS (SELECT 1 FROM conversation x WHERE x.id = i.id) OR EXISTS (SELECT 1 FROM participant x WHERE x.id = i.id) THEN 'conflict'
        WHEN c.id IS NULL THEN 'not found'
        WHEN skips AND c.id = ANY (free_conversations) IS NOT TRUE THEN 'locked'
        WHEN p.participant_id IS NULL THEN 'not a member'
        WHEN c.status = 'CLOSED' THEN 'closed'
        ELSE 'stored'
      END AS outcome
    FROM input i
      LEFT JOIN LATERAL (SELECT * FROM message x WHERE x.id = i.id LIMIT 1) m ON true
      LEFT JOIN LATERAL (SELECT * FROM conversation x WHERE x.id = i.conversation_id LIMIT 1) c ON true
      LEFT JOIN LATERAL (
        SELECT * FROM member x
        WHERE x.conversation_id = i.conversation_id AND x.participant_id = i.sender_id AND x.left_at IS NULL
          AND (c.notes_of_id IS NULL OR (SELECT y.role FROM participant y WHERE y.id = x.participant_id) <> 'CUSTOMER') LIMIT 1
      ) p ON true
  ), accepted AS (
    SELECT j.*, row_number() OVER (PARTITION BY j.conversation_id ORDER BY j.ord)::int AS n FROM judged j WHERE j.outcome = 'stored'
  ), advanced AS (
    UPDATE conversation c SET head_seq = c.head_seq + a.n
    FROM (SELECT conversation_id, count(*)::int AS n FROM accepted GROUP BY 1) a
    WHERE c.id = a.conversation_id RETURNING c.id, c.head_seq - a.n AS base, c.priority = 'URGENT' AS urgent
  ), active AS (
    UPDATE conversation_activity y SET at = greatest(y.at, moment) FROM advanced v WHERE y.conversation_id = v.id
  ), stored AS (
    INSERT INTO message (id, conversation_id, seq, sender_id, body, fingerprint, sent_at, created_at, traceparent)
    SELECT a.id, a.conversation_id, v.base + a.n, a.sender_id, a.body, a.fingerprint, a.sent_at, moment, a.traceparent
    FROM accepted a JOIN advanced v ON v.id = a.conversation_id
    RETURNING message.id, message.conversation_id, message.seq, message.created_at, message.traceparent
  ), queued AS (
    INSERT INTO outbox (conversation_id, seq, traceparent, urgent)
    SELECT s.conversation_id, s.seq, s.traceparent, v.urgent FROM stored s JOIN advanced v ON v.id = s.conversation_id
    RETURNING outbox.id, outbox.conversation_id, outbox.seq
  )
  SELECT j.ord::int, j.outcome, coalesce(s.seq, j.known_seq), coalesce(s.created_at, j.known_at), q.id
  FROM judged j
    LEFT JOIN stored s ON s.id = j.id
    LEFT JOIN queued q ON q.conversation_id = s.conversation_id AND q.seq = s.seq
  ORDER BY j.ord;
END $$;

CREATE OR REPLACE FUNCTION acknowledge_messages(
  conversation_ids uuid[], participant_ids uuid[], delivered_seqs int[], read_seqs int[], lock_wait_ms int DEFAULT NULL
)
RETURNS TABLE (
  ord int, outcome text, delivered_seq int, read_seq int, joined_at timestamptz, changed boolean, delivered_traces text[], read_traces text[],
  delivered_ages float8[]
)
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  skips CONSTANT boolean := lock_wait_ms IS NOT DISTINCT FROM 0;
  free_ords bigint[] := '{}';
BEGIN
  IF skips THEN
    SELECT array_agg(f.ord) INTO free_ords FROM (
      SELECT i.ord FROM member m
        JOIN unnest(conversation_ids, participant_ids) WITH ORDINALITY AS i(conversation_id, participant_id, ord)
          ON m.conversation_id = i.conversation_id AND m.participant_id = i.participant_id
      ORDER BY m.conversation_id, m.participant_id FOR NO KEY UPDATE OF m SKIP LOCKED
    ) f;
  ELSE
    IF lock_wait_ms IS NOT NULL THEN PERFORM set_config('lock_timeout', lock_wait_ms::text, true); END IF;
    PERFORM 1 FROM member m
      JOIN unnest(conversation_ids, participant_ids) AS i(conversation_id, participant_id)
        ON m.conversation_id = i.conversation_id AND m.participant_id = i.participant_id
      ORDER BY m.conversation_id, m.participant_id FOR NO KEY UPDATE OF m;
  END IF;
  RETURN QUERY
  WITH input AS (
    SELECT i.ord, i.conversation_id, i.participant_id, i.read_seq, greatest(i.delivered_seq, i.read_seq) AS delivered_seq
    FROM unnest(conversation_ids, participant_ids, delivered_seqs, read_seqs)
      WITH ORDINALITY AS i(conversation_id, participant_id, delivered_seq, read_seq, ord)
  ), judged AS MATERIALIZED (
    SELECT i.ord, i.conversation_id, i.participant_id, m.delivered_seq AS old_delivered, m.read_seq AS old_read, m.joined_at,
      greatest(m.delivered_seq, i.delivered_seq) AS new_delivered, greatest(m.read_seq, i.read_seq) AS new_read,
      CASE
        WHEN c.id IS NULL THEN 'not found'
        WHEN m.participant_id IS NULL THEN 'not a member'
        WHEN skips AND i.ord = ANY (free_ords) IS NOT TRUE THEN 'locked'
        WHEN i.delivered_seq > c.head_seq THEN 'above head'
        ELSE 'ok'
      END AS outcome
    FROM input i
      LEFT JOIN LATERAL (SELECT * FROM conversation x WHERE x.id = i.conversation_id LIMIT 1) c ON true
      LEFT JOIN LATERAL (
        SELECT * FROM member x
        WHERE x.conversation_id = i.conversation_id AND x.participant_id = i.participant_id AND x.left_at IS NULL
          AND (c.notes_of_id IS NULL OR (SELECT y.role FROM participant y WHERE y.id = x.participant_id) <> 'CUSTOMER') LIMIT 1
      ) m ON true
  ), raised AS (
    UPDATE member m SET delivered_seq = j.new_delivered, read_seq = j.new_read FROM judged j
    WHERE j.outcome = 'ok' AND m.conversation_id = j.conversation_id AND m.participant_id = j.participant_id
      AND (j.new_delivered, j.new_read) IS DISTINCT FROM (j.old_delivered, j.old_read)
    RETURNING j.ord
  )
  SELECT j.ord::int, j.outcome, j.new_delivered, j.new_read, j.joined_at, r.ord IS NOT NULL,
    CASE WHEN r.ord IS NOT NULL THEN ARRAY(
      SELECT x.traceparent FROM message x
      WHERE x.conversation_id = j.conversation_id AND x.seq > j.old_delivered AND x.seq <= j.new_delivered
        AND x.sender_id <> j.participant_id AND x.traceparent IS NOT NULL ORDER BY x.seq DESC LIMIT 10) END,
    CASE WHEN r.ord IS NOT NULL THEN ARRAY(
      SELECT x.traceparent FROM message x
      WHERE x.conversation_id = j.conversation_id AND x.seq > j.old_read AND x.seq <= j.new_read
        AND x.sender_id <> j.participant_id AND x.traceparent IS NOT NULL ORDER BY x.seq DESC LIMIT 10) END,
    CASE WHEN r.ord IS NOT NULL THEN ARRAY(
      SELECT extract(epoch FROM clock_timestamp() - x.created_at)::float8 * 1000 FROM message x
      WHERE x.conversation_id = j.conversation_id AND x.seq > j.old_delivered AND x.seq <= j.new_delivered
        AND x.sender_id <> j.participant_id ORDER BY x.seq DESC LIMIT 10) END
  FROM judged j LEFT JOIN raised r ON r.ord = j.ord
  ORDER BY j.ord;
END $$;
