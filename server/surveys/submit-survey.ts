import type { Config } from '../config.ts';
import { accessAsMember, mustNotBeNotes } from '../conversations/access-conversation.ts';
import type { Db } from '../db.ts';
import { badInput, conflict, forbidden } from '../errors.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import type { Sealing } from '../sealing/sealing.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Answer, storeAnswer } from './store-answer.ts';
import type { Survey } from './survey.ts';
import { surveyOpenUntil } from './survey-open-until.ts';

export type SurveyParts = { db: Db; config: Config; limits: RateLimits; metrics: Metrics; sealing: Sealing };

/** By the customer, who may change it for a while. */
export async function submitSurvey(
  parts: SurveyParts,
  viewer: Viewer,
  conversationId: string,
  answer: Answer,
): Promise<Survey> {
  parts.limits.spend('survey_answers_per_participant', viewer.id);
  const conversation = await accessAsMember(parts.db, viewer, conversationId);
  if (isStaff(viewer)) throw forbidden('Only the customer may answer the survey.');
  mustNotBeNotes(conversation);
  const until = surveyOpenUntil(parts.config, conversation);
  if (!until) throw badInput('conversationId', 'is not closed yet; the survey comes after that.');
  if (until.getTime() < Date.now())
    throw conflict(`The survey could be answered for ${parts.config.SURVEY_OPEN_DAYS} days.`, { reason: 'expired' });
  const survey = await storeAnswer(parts, { conversationId, participantId: viewer.id }, answer, {
    changeableMs: parts.config.SURVEY_CHANGEABLE_MS,
  });
  if (!survey)
    throw conflict('The survey was answered already; an answer can be changed for an hour, by who gave it.', {
      reason: 'used',
    });
  return survey;
}
