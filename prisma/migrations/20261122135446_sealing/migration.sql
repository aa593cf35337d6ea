-- Encryption at rest. Written from schema.prisma; by hand: the function.

-- AlterTable
ALTER TABLE "message" ADD COLUMN     "key_id" UUID;

-- AlterTable
ALTER TABLE "survey" ADD COLUMN     "key_id" UUID;

-- CreateTable
CREATE TABLE "sealing_key" (
    "id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "participant_id" UUID NOT NULL,
    "ring_key" TEXT NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sealing_key_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "sealing_key_conversation_id_participant_id_idx" ON "sealing_key"("conversation_id", "participant_id");

-- CreateIndex
CREATE INDEX "sealing_key_participant_id_idx" ON "sealing_key"("participant_id");

-- CreateIndex
CREATE INDEX "sealing_key_ring_key_id_idx" ON "sealing_key"("ring_key", "id");

-- key_ids: of sealed bodies. Otherwise as before. Replaced in one transaction, and called without the last argument it does
-- what it did: processes of the previous version go on working while they are replaced.
DROP FUNCTION send_messages(uuid[], uuid[], uuid[], text[], bytea[], timestamptz[], text[], int);
CREATE FUNCTION send_messages(
  ids uuid[], conversation_ids uuid[], sender_ids uuid[], bodies text[], fingerprints bytea[], sent_ats timestamptz[], traceparents text[],
  lock_wait_ms int DEFAULT NULL, key_ids uuid[] DEFAULT NULL
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
    SELECT * FROM unnest(ids, conversation_ids, sender_ids, bodies, fingerprints, sent_ats, traceparents, key_ids)
      WITH ORDINALITY AS i(id, conversation_id, sender_id, body, fingerprint, sent_at, traceparent, key_id, ord)
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
        -- No body: nobody who was a member a moment ago, so there was no key to seal it with.
        WHEN p.participant_id IS NULL OR i.body IS NULL THEN 'not a member'
        WHEN c.status = 'CLOSED' THEN 'closed'
        ELSE 'stored'
      END AS outcome
    FROM input i
      LEFT JOIN LATERAL (SELECT * FROM message x WHERE x.id = i.id LIMIT 1) m ON true
      LEFT JOIN LATERAL (SELECT * FROM conversation x WHERE x.id = i.conversation_id LIMIT 1) c ON true
      LEFT JOIN LATERAL (
        SELECT * FROM member x
        WHERE x.conversation_id = i.conversation_id AND x.participant_id = i.sender_id AND x.left_at IS NULL
          -- Notes are written and acknowledged by agents and managers only, also where somebody has become a customer who was let
          -- in as an agent. The role is a subquery of its own: no plan reads the whole table of participants for it.
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
    INSERT INTO message (id, conversation_id, seq, sender_id, body, key_id, fingerprint, sent_at, created_at, traceparent)
    SELECT a.id, a.conversation_id, v.base + a.n, a.sender_id, a.body, a.key_id, a.fingerprint, a.sent_at, moment, a.traceparent
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
