import { v7 as uuidv7 } from 'uuid';
import { accessAsMember } from '../conversations/access-conversation.ts';
import type { Db } from '../db.ts';
import { badInput, conflict, forbidden, unavailable } from '../errors.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import type { Sealing } from '../sealing/sealing.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { commentPlace, openComments, type Survey, surveyFields } from './survey.ts';

/** How long an answer may be changed: long enough to correct a slip, short enough that results stand. */
const CHANGEABLE_MS = 3_600_000;

export type Answer = { readonly conversationId: string; readonly rating: number; readonly comment: string | null };

export async function submitSurvey(
  { db, limits, metrics, sealing }: { db: Db; limits: RateLimits; metrics: Metrics; sealing: Sealing },
  viewer: Viewer,
  answer: Answer,
): Promise<Survey> {
  limits.spend('survey_answers_per_participant', viewer.id);
  const { conversationId, rating } = answer;
  const conversation = await accessAsMember(db, viewer, conversationId);
  if (isStaff(viewer)) throw forbidden('Only the customer may answer the survey.');
  if (conversation.status !== 'CLOSED')
    throw badInput('conversationId', 'is not closed yet; the survey comes after that.');
  const sealed = await seal(sealing, viewer, answer);
  const created = await db.survey.createMany({
    data: { id: uuidv7(), conversationId, participantId: viewer.id, rating, ...sealed },
    skipDuplicates: true,
  });
  if (created.count > 0) {
    metrics.surveys({ rating: String(rating) as '1' });
  } else {
    // One statement, so that two changes at once cannot both look at an older answer.
    const changed = await db.survey.updateMany({
      where: { conversationId, participantId: viewer.id, submittedAt: { gt: new Date(Date.now() - CHANGEABLE_MS) } },
      data: { rating, ...sealed, changedAt: new Date() },
    });
    if (changed.count === 0)
      throw conflict('The survey was answered already; an answer can be changed for an hour, by who gave it.');
  }
  const stored = await db.survey.findUniqueOrThrow({ where: { conversationId }, select: surveyFields });
  return (await openComments(sealing, [stored]))[0]!;
}

async function seal(sealing: Sealing, viewer: Viewer, { conversationId, comment }: Answer) {
  if (!sealing.isOn || comment === null) return { comment, keyId: null };
  const key = await sealing.keyOf({ conversationId, participantId: viewer.id });
  // Has left since they were let in here.
  if (!key) throw unavailable();
  return { comment: sealing.seal(key, commentPlace(conversationId), comment), keyId: key.id };
}
