import { v7 as uuidv7 } from 'uuid';
import { accessAsMember } from '../conversations/access-conversation.ts';
import type { Db } from '../db.ts';
import { badInput, conflict, forbidden } from '../errors.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Survey, surveyFields } from './survey.ts';

/** How long an answer may be changed: long enough to correct a slip, short enough that results stand. */
const CHANGEABLE_MS = 3_600_000;

export type Answer = { readonly conversationId: string; readonly rating: number; readonly comment: string | null };

export async function submitSurvey(
  { db, limits, metrics }: { db: Db; limits: RateLimits; metrics: Metrics },
  viewer: Viewer,
  answer: Answer,
): Promise<Survey> {
  limits.spend('survey_answers_per_participant', viewer.id);
  const { conversationId, rating, comment } = answer;
  const conversation = await accessAsMember(db, viewer, conversationId);
  if (isStaff(viewer)) throw forbidden('Only the customer may answer the survey.');
  if (conversation.status !== 'CLOSED')
    throw badInput('conversationId', 'is not closed yet; the survey comes after that.');
  const created = await db.survey.createMany({
    data: { id: uuidv7(), conversationId, participantId: viewer.id, rating, comment },
    skipDuplicates: true,
  });
  if (created.count > 0) {
    metrics.surveys({ rating: String(rating) as '1' });
  } else {
    // One statement, so that two changes at once cannot both look at an older answer.
    const changed = await db.survey.updateMany({
      where: { conversationId, participantId: viewer.id, submittedAt: { gt: new Date(Date.now() - CHANGEABLE_MS) } },
      data: { rating, comment, changedAt: new Date() },
    });
    if (changed.count === 0)
      throw conflict('The survey was answered already; an answer can be changed for an hour, by who gave it.');
  }
  return db.survey.findUniqueOrThrow({ where: { conversationId }, select: surveyFields });
}
