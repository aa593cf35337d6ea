import type { Config } from '../../config.ts';
import type { Db } from '../../db.ts';
import { isParticipantDeleted } from '../../errors.ts';
import type { Sealing } from '../../sealing/sealing.ts';
import type { Metrics, providerOutcomes } from '../../telemetry/metrics.ts';
import { storeAnswer } from '../store-answer.ts';
import { readSurveyForm } from '../survey-form.ts';
import { surveyOpenUntil } from '../survey-open-until.ts';
import { readCustomer } from '../survey-queries.ts';
import type { SurveyReferences } from '../survey-references.ts';
import { mapAnswer } from './map-answer.ts';
import type { ProviderAnswer } from './provider.ts';

/** What became of an answer; final, also where it was not used: the same one again does no more. */
export type Outcome = Exclude<(typeof providerOutcomes)[number], 'refused' | 'failed'>;

export type TakeParts = {
  db: Db;
  config: Config;
  metrics: Metrics;
  sealing: Sealing;
  surveyReferences: SurveyReferences;
};

/**
 * Stores what a customer answered elsewhere as the answer to their conversation's survey, by the same rules as if they had
 * answered here: one each, the first; until the survey closes, which goes by when they answered, for it may come late. Throws
 * UNAVAILABLE and what the database throws: then it has to come again.
 */
export async function takeAnswer(parts: TakeParts, answer: ProviderAnswer): Promise<Outcome> {
  const outcome = await take(parts, answer);
  parts.metrics.surveyProviderAnswers({ outcome });
  return outcome;
}

async function take(parts: TakeParts, { reference, given, answeredAt }: ProviderAnswer): Promise<Outcome> {
  const { db, config, surveyReferences } = parts;
  const conversationId = surveyReferences.verify(reference);
  if (conversationId === undefined) return 'unknown';
  const conversation = await db.conversation.findUnique({
    where: { id: conversationId },
    select: { closedAt: true },
  });
  if (!conversation) return 'unknown';
  if ((await db.survey.count({ where: { conversationId } })) > 0) return 'duplicate';
  const until = surveyOpenUntil(config, conversation);
  if (!until) return 'reopened';
  if (until < answeredAt) return 'expired';
  const participantId = await readCustomer(db, conversationId);
  if (!participantId) return 'no_customer';
  const mapped = mapAnswer(await readSurveyForm(db), config.SURVEY_PROVIDER_QUESTIONS ?? {}, given);
  if (!mapped) return 'no_rating';
  try {
    const stored = await storeAnswer(parts, { conversationId, participantId }, mapped, { changeableMs: 0 });
    return stored ? 'stored' : 'duplicate';
  } catch (error) {
    // Between having been found and now.
    if (isParticipantDeleted(error)) return 'no_customer';
    throw error;
  }
}
