-- CreateTable
CREATE TABLE "journey_moment" (
    "conversation_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "process_id" UUID NOT NULL,
    "first_seq" INTEGER NOT NULL,
    "last_seq" INTEGER NOT NULL,
    "moments" JSONB NOT NULL,

    CONSTRAINT "journey_moment_pkey" PRIMARY KEY ("conversation_id","at","process_id")
);

-- CreateIndex
CREATE INDEX "journey_moment_at_idx" ON "journey_moment"("at");

-- acknowledge_messages() also answers from where the watermarks rose; how many messages by others a receipt newly covers
-- (traces and ages are those of the newest ten, counted are a thousand at most); and how old they are by their senders'
-- clocks. One look at the messages instead of two. Replaced in one transaction: processes of the previous version go on.
DROP FUNCTION acknowledge_messages(uuid[], uuid[], int[], int[], int);
CREATE FUNCTION acknowledge_messages(
  conversation_ids uuid[], participant_ids uuid[], delivered_seqs int[], read_seqs int[], lock_wait_ms int DEFAULT NULL
)
RETURNS TABLE (
  ord int, outcome text, delivered_seq int, read_seq int, joined_at timestamptz, changed boolean, delivered_traces text[], read_traces text[],
  delivered_ages float8[], delivered_sent_ages float8[], delivered_count int, read_count int, delivered_from int, read_from int
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
          -- Notes are written and acknowledged by agents and managers only, also where somebody has become a customer who was let
          -- in as an agent. The role is a subquery of its own: no plan reads the whole table of participants for it.
          AND (c.notes_of_id IS NULL OR (SELECT y.role FROM participant y WHERE y.id = x.participant_id) <> 'CUSTOMER') LIMIT 1
      ) m ON true
  ), raised AS (
    UPDATE member m SET delivered_seq = j.new_delivered, read_seq = j.new_read FROM judged j
    WHERE j.outcome = 'ok' AND m.conversation_id = j.conversation_id AND m.participant_id = j.participant_id
      AND (j.new_delivered, j.new_read) IS DISTINCT FROM (j.old_delivered, j.old_read)
    RETURNING j.ord
  )
  SELECT j.ord::int, j.outcome, j.new_delivered, j.new_read, j.joined_at, r.ord IS NOT NULL,
    d.traces, a.traces, d.ages, d.sent_ages,
    CASE WHEN cardinality(d.ages) < 10 THEN cardinality(d.ages) ELSE (
      SELECT count(*)::int FROM (
        SELECT 1 FROM message x
        WHERE x.conversation_id = j.conversation_id AND x.seq > j.old_delivered AND x.seq <= j.new_delivered
          AND x.sender_id <> j.participant_id LIMIT 1000
      ) n) END,
    CASE WHEN cardinality(a.traces) < 10 THEN cardinality(a.traces) ELSE (
      SELECT count(*)::int FROM (
        SELECT 1 FROM message x
        WHERE x.conversation_id = j.conversation_id AND x.seq > j.old_read AND x.seq <= j.new_read
          AND x.sender_id <> j.participant_id LIMIT 1000
      ) n) END,
    j.old_delivered, j.old_read
  FROM judged j
    LEFT JOIN raised r ON r.ord = j.ord
    LEFT JOIN LATERAL (
      SELECT array_agg(y.traceparent) AS traces,
        array_agg(extract(epoch FROM clock_timestamp() - y.created_at)::float8 * 1000) AS ages,
        array_agg(extract(epoch FROM clock_timestamp() - y.sent_at)::float8 * 1000) AS sent_ages
      FROM (
        SELECT x.traceparent, x.created_at, x.sent_at FROM message x
        WHERE x.conversation_id = j.conversation_id AND x.seq > j.old_delivered AND x.seq <= j.new_delivered
          AND x.sender_id <> j.participant_id ORDER BY x.seq DESC LIMIT 10
      ) y
    ) d ON r.ord IS NOT NULL
    LEFT JOIN LATERAL (
      SELECT array_agg(y.traceparent) AS traces
      FROM (
        SELECT x.traceparent FROM message x
        WHERE x.conversation_id = j.conversation_id AND x.seq > j.old_read AND x.seq <= j.new_read
          AND x.sender_id <> j.participant_id ORDER BY x.seq DESC LIMIT 10
      ) y
    ) a ON r.ord IS NOT NULL
  ORDER BY j.ord;
END $$;
