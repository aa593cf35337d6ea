import { randomUUID } from 'node:crypto';
import { execute } from '../harness/execute.ts';

/** What was answered, kept one by one: the oracle recomputes every figure from it. */
export type Sample = {
  conversationId: string;
  surveyId: string;
  closedAt: number;
  at: number | null;
  rating: number;
  nps: number | null;
  agent: string | null;
  queue: string | null;
  topic: string | null;
  comment: string | null;
  scale: number | null;
};

/**
 * Stored as the server would have stored them, with conversations that nobody is asked about, closed at `unaskedAt`.
 */
export async function seed(
  url: string,
  customer: string,
  samples: readonly Sample[],
  unaskedAt: number,
): Promise<void> {
  const text = (value: unknown) => (value === null ? 'NULL' : `'${value}'`);
  const time = (ms: number) => `'${new Date(ms).toISOString()}'`;
  const answered = samples.filter(({ at }) => at !== null);
  const question = randomUUID();
  await execute(
    url,
    `INSERT INTO conversation (id, starter_id, status, closed_at, created_at, assignee_id, queue, topic) VALUES ${samples
      .map(
        ({ conversationId, closedAt, agent, queue, topic }) =>
          `('${conversationId}', '${customer}', 'CLOSED', ${time(closedAt)}, ${time(closedAt)}, ${text(agent)}, ${text(queue)}, ${text(topic)})`,
      )
      .join()};
    INSERT INTO survey (id, conversation_id, participant_id, rating, nps, comment, submitted_at, changed_at) VALUES ${answered
      .map(
        ({ surveyId, conversationId, rating, nps, comment, at }) =>
          `('${surveyId}', '${conversationId}', '${customer}', ${rating}, ${nps}, ${text(comment)}, ${time(at!)}, ${time(at!)})`,
      )
      .join()};
    INSERT INTO survey_question (id, text, kind, position) VALUES ('${question}', 'Friendly?', 'SCALE', 1);
    INSERT INTO survey_answer (survey_id, question_id, value) VALUES ${answered
      .filter(({ scale }) => scale !== null)
      .map(({ surveyId, scale }) => `('${surveyId}', '${question}', ${scale})`)
      .join()};
    -- Nobody is asked: where there is no customer, and by the canary.
    INSERT INTO participant (id, external_id, name, role)
      VALUES ('ca4a4000-0000-8000-8000-000000000001', 'parley:canary:customer', 'Canary', 'CUSTOMER') ON CONFLICT DO NOTHING;
    INSERT INTO conversation (id, starter_id, status, closed_at)
      SELECT uuidv7(), id, 'CLOSED', ${time(unaskedAt)} FROM participant WHERE role = 'AGENT' OR name = 'Canary';`,
  );
}
