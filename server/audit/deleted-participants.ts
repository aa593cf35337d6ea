import type { RangeCheck, Tally, WholeCheck } from './check.ts';

/** Who was deleted has no name, and nothing that leads to one; and the erasing of what they wrote comes to an end. */
export const deletedParticipants: WholeCheck = {
  claims: [
    {
      name: 'deleted people',
      promise: 'rules',
      level: 'error',
      says: 'a deleted participant has no name, external id, session or time of last sight',
    },
    { name: 'erasures', promise: 'rules', level: 'warning', says: 'no erasure is older than an hour without an end' },
  ],
  async *inspect(db) {
    yield await db.$queryRaw<Tally[]>`/* audit_deleted_participants */
      WITH judged AS (
        SELECT p.id, concat_ws(', ',
          CASE WHEN p.name <> 'Deleted participant' THEN 'its name' END,
          CASE WHEN p.external_id NOT LIKE 'deleted:%' THEN 'its external id' END,
          CASE WHEN p.last_seen_at IS NOT NULL THEN 'when it was seen' END,
          CASE WHEN EXISTS (SELECT 1 FROM session s WHERE s.participant_id = p.id) THEN 'a session' END,
          CASE WHEN NOT EXISTS (SELECT 1 FROM erasure e WHERE e.participant_id = p.id) THEN 'what it wrote, of which there is no erasure' END
        ) AS left_over
        FROM participant p WHERE p.deleted_at IS NOT NULL
      )
      SELECT 'deleted people' AS claim, count(*)::float8 AS checked, (count(*) FILTER (WHERE left_over <> ''))::float8 AS findings,
        coalesce((array_agg(format('participant %s was deleted and has left %s', id, left_over) ORDER BY id) FILTER (WHERE left_over <> ''))[1:5], '{}') AS examples
      FROM judged
      UNION ALL
      SELECT 'erasures', count(*)::float8, (count(*) FILTER (WHERE completed_at IS NULL AND requested_at < now() - interval '1 hour'))::float8,
        coalesce((array_agg(format('the erasure of participant %s has not ended', participant_id) ORDER BY participant_id)
          FILTER (WHERE completed_at IS NULL AND requested_at < now() - interval '1 hour'))[1:5], '{}')
      FROM erasure`;
  },
};

/** Once its erasure has ended, nothing that a deleted participant wrote is left in any conversation. */
export const deletedWords: RangeCheck = {
  claims: [
    {
      name: 'deleted words',
      promise: 'rules',
      level: 'error',
      says: 'of who was erased no body, fingerprint, subject, comment, key or membership is left',
    },
  ],
  inspect: (db, { first, last }) => db.$queryRaw<Tally[]>`/* audit_deleted_words */
    WITH erased AS MATERIALIZED (
      SELECT m.conversation_id, m.participant_id, m.left_at FROM erasure e JOIN member m ON m.participant_id = e.participant_id
      WHERE e.completed_at IS NOT NULL AND m.conversation_id BETWEEN ${first}::uuid AND ${last}::uuid
    ), judged AS (
      SELECT x.conversation_id, x.participant_id, concat_ws(', ',
        CASE WHEN x.left_at IS NULL THEN 'a membership' END,
        CASE WHEN EXISTS (
          SELECT 1 FROM message m WHERE m.conversation_id = x.conversation_id AND m.sender_id = x.participant_id
            AND (m.body IS NOT NULL OR m.fingerprint IS NOT NULL)
        ) THEN 'a message' END,
        CASE WHEN EXISTS (
          SELECT 1 FROM conversation c WHERE c.id = x.conversation_id AND c.starter_id = x.participant_id AND c.subject IS NOT NULL
        ) THEN 'a subject' END,
        CASE WHEN EXISTS (
          SELECT 1 FROM survey s WHERE s.conversation_id = x.conversation_id AND s.participant_id = x.participant_id AND s.comment IS NOT NULL
        ) THEN 'a comment' END,
        CASE WHEN EXISTS (
          SELECT 1 FROM survey s JOIN survey_answer a ON a.survey_id = s.id
          WHERE s.conversation_id = x.conversation_id AND s.participant_id = x.participant_id AND a.text IS NOT NULL
        ) THEN 'an answer' END,
        CASE WHEN EXISTS (
          SELECT 1 FROM sealing_key k WHERE k.conversation_id = x.conversation_id AND k.participant_id = x.participant_id
        ) THEN 'a key' END,
        CASE WHEN NOT EXISTS (
          SELECT 1 FROM conversation_event v WHERE v.conversation_id = x.conversation_id AND v.kind = 'PARTICIPANT_DELETED'
            AND v.participant_id = x.participant_id
        ) THEN 'nobody told' END
      ) AS left_over
      FROM erased x
    )
    SELECT 'deleted words' AS claim, count(*)::float8 AS checked, (count(*) FILTER (WHERE left_over <> ''))::float8 AS findings,
      coalesce((array_agg(format('participant %s was erased and has left %s in conversation %s', participant_id, left_over, conversation_id)
        ORDER BY conversation_id) FILTER (WHERE left_over <> ''))[1:5], '{}') AS examples
    FROM judged`,
};
