import { canary, canaryIds } from '../canary-participants.ts';
import type { Db } from '../db.ts';
import type { PeakMetric } from './kpi-metrics.ts';

/** What no single process measures stands under no process. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Conversations that are not closed, the highest number of the minute. Raw, for the greatest of two, by the database's clock. */
export async function noteOpenConversations(db: Db): Promise<void> {
  const metric: PeakMetric = 'peak_conversations';
  await db.$executeRaw`/* kpi_open_conversations */
    INSERT INTO kpi_minute AS k (minute, process_id, metric, count)
    SELECT date_trunc('minute', now()), ${NOBODY}::uuid, ${metric}, count(*) FROM conversation
    WHERE status IN ('OPEN', 'WAITING') AND notes_of_id IS NULL AND starter_id <> ${canary.customer.id}::uuid
    ON CONFLICT (minute, metric, process_id) DO UPDATE SET count = greatest(k.count, excluded.count)`;
}

/** Beyond this many messages of a minute the rest is taken to be alike. */
const MAX_JUDGED = 10_000;

/**
 * Of the messages of a minute that is over for a while: how many had a recipient who was online from before the commit until
 * now, and how many of these at least one such recipient has acknowledged as delivered. Twice is the same as once. Raw, for
 * the two questions to each row.
 */
export async function judgeDeliveries(db: Db, minute: Date): Promise<void> {
  await db.$executeRaw`/* kpi_deliveries */
    WITH stored AS (
      SELECT conversation_id, seq, sender_id, created_at FROM message
      WHERE created_at >= ${minute}::timestamptz AND created_at < ${minute}::timestamptz + interval '1 minute'
        AND sender_id <> ALL (${canaryIds}::uuid[])
      LIMIT ${MAX_JUDGED}::int
    ), judged AS (
      SELECT bool_or(r.delivered_seq >= s.seq) AS delivered
      FROM stored s JOIN member r ON r.conversation_id = s.conversation_id AND r.participant_id <> s.sender_id
        AND r.left_at IS NULL AND r.joined_at <= s.created_at
      WHERE EXISTS (
        SELECT 1 FROM presence p WHERE p.participant_id = r.participant_id AND p.online_since <= s.created_at AND p.expires_at > now()
      )
      GROUP BY s.conversation_id, s.seq
    )
    INSERT INTO kpi_minute (minute, process_id, metric, count)
    SELECT ${minute}::timestamptz, ${NOBODY}::uuid, m.metric, count(*) FILTER (WHERE m.metric = 'deliveries_due' OR j.delivered)
    FROM judged j CROSS JOIN (VALUES ('deliveries_due'), ('deliveries_done')) AS m(metric) GROUP BY m.metric
    ON CONFLICT DO NOTHING`;
}
