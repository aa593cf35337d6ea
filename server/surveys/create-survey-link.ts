import { accessAsMember, mustBeStaff, mustNotBeNotes } from '../conversations/access-conversation.ts';
import type { Db } from '../db.ts';
import { badInput, conflict } from '../errors.ts';
import type { Viewer } from '../participants/participant.ts';
import { type ElsewhereParts, linkToProvider } from './provider-link.ts';
import type { SurveyTokens } from './survey-links.ts';
import { surveyOpenUntil } from './survey-open-until.ts';
import { readCustomer } from './survey-queries.ts';

export type SurveyLink = { readonly url: string; readonly token: string; readonly expiresAt: Date };

type Parts = ElsewhereParts & { db: Db; surveyTokens: SurveyTokens; publicUrl: () => string };

/** By the agents and managers of the conversation, or the host application with a token of theirs. */
export async function createSurveyLink(parts: Parts, viewer: Viewer, conversationId: string): Promise<SurveyLink> {
  const { db, config, surveyTokens, publicUrl } = parts;
  const conversation = await accessAsMember(db, viewer, conversationId);
  mustBeStaff(viewer);
  mustNotBeNotes(conversation);
  const expiresAt = surveyOpenUntil(config, conversation);
  if (!expiresAt) throw badInput('conversationId', 'is not closed yet; the survey comes after that.');
  if (expiresAt.getTime() < Date.now()) throw conflict('The survey is closed.', { reason: 'expired' });
  if (!(await readCustomer(db, conversationId))) throw conflict('No customer is in this conversation.');
  const token = await surveyTokens.sign(conversationId, expiresAt);
  // Behind the #: so it is in no log and no Referer.
  const url = linkToProvider(parts, conversationId) ?? new URL(`/survey#${token}`, publicUrl()).href;
  return { url, token, expiresAt };
}
