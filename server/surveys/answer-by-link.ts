import type { Db } from '../db.ts';
import { conflict } from '../errors.ts';
import { type Answer, storeAnswer } from './store-answer.ts';
import type { SurveyParts } from './submit-survey.ts';
import type { Survey } from './survey.ts';
import { readSurveyForm, type SurveyForm } from './survey-form.ts';
import type { SurveyTokens } from './survey-links.ts';
import { surveyOpenUntil } from './survey-open-until.ts';
import { readCustomer } from './survey-queries.ts';

type Parts = SurveyParts & { surveyTokens: SurveyTokens };
type State = 'OPEN' | 'USED' | 'EXPIRED' | 'REOPENED';

/** What a link leads to; the form only where it can still be answered. */
export type LinkedSurvey = { readonly state: State; readonly form: SurveyForm | null };

/** By whoever has the link: nobody else is asked for. */
export async function openSurveyLink(parts: Parts, address: string, token: string): Promise<LinkedSurvey> {
  parts.limits.spend('survey_links_per_address', address);
  const { state } = await readLink(parts, token);
  return { state, form: state === 'OPEN' ? await readSurveyForm(parts.db) : null };
}

export async function answerSurveyByLink(
  parts: Parts,
  address: string,
  token: string,
  answer: Answer,
): Promise<Survey> {
  parts.limits.spend('survey_links_per_address', address);
  const link = await readLink(parts, token);
  if (link.state !== 'OPEN') throw refusal(link.state);
  // Works once: what was answered is not changed this way.
  const survey = await storeAnswer(parts, link, answer, { changeableMs: 0 });
  if (!survey) throw refusal('USED');
  return survey;
}

type Link =
  | { readonly state: 'OPEN'; readonly conversationId: string; readonly participantId: string }
  | { readonly state: Exclude<State, 'OPEN'> };

async function readLink({ db, config, surveyTokens }: Parts, token: string): Promise<Link> {
  const conversationId = await surveyTokens.verify(token);
  if (conversationId === undefined) return { state: 'EXPIRED' };
  const conversation = await db.conversation.findUnique({
    where: { id: conversationId },
    select: { closedAt: true },
  });
  if (!conversation) return { state: 'EXPIRED' };
  if (await isAnswered(db, conversationId)) return { state: 'USED' };
  const until = surveyOpenUntil(config, conversation);
  if (!until) return { state: 'REOPENED' };
  const participantId = await readCustomer(db, conversationId);
  // Whoever could have answered has left, or was deleted.
  if (!participantId || until.getTime() < Date.now()) return { state: 'EXPIRED' };
  return { state: 'OPEN', conversationId, participantId };
}

const isAnswered = async (db: Db, conversationId: string) => (await db.survey.count({ where: { conversationId } })) > 0;

const words = {
  USED: 'This survey was answered already.',
  EXPIRED: 'This survey is closed.',
  REOPENED: 'The conversation goes on; the survey can be answered when it is closed.',
} as const;

const refusal = (state: keyof typeof words) => conflict(words[state], { reason: state.toLowerCase() });
