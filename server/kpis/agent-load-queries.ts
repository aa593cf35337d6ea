import { canary } from '../canary-participants.ts';
import type { Db } from '../db.ts';

export type AgentLoad = {
  readonly participantId: string;
  readonly open: number;
  /** Of these, where the newest message is a customer's. */
  readonly unanswered: number;
};

/** Raw, for the newest message of each. */
export function readAgentLoads(db: Db): Promise<AgentLoad[]> {
  return db.$queryRaw<AgentLoad[]>`/* agent_loads */
    SELECT c.assignee_id::text AS "participantId", count(*)::int AS open, (count(*) FILTER (WHERE n.role = 'CUSTOMER'))::int AS unanswered
    FROM conversation c LEFT JOIN LATERAL (
      SELECT p.role FROM message m JOIN participant p ON p.id = m.sender_id
      WHERE m.conversation_id = c.id ORDER BY m.seq DESC LIMIT 1
    ) n ON true
    WHERE c.status = 'OPEN' AND c.assignee_id IS NOT NULL AND c.notes_of_id IS NULL AND c.starter_id <> ${canary.customer.id}::uuid
    GROUP BY 1 ORDER BY 2 DESC, 1`;
}
