import type { Config } from '../config.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import type { SurveyProvider } from './providers/provider.ts';
import { surveyOpenUntil } from './survey-open-until.ts';
import type { SurveyReferences } from './survey-references.ts';

/** Where surveys are answered, when not here; references always come with it. */
export type ElsewhereParts = {
  config: Config;
  surveyProvider: SurveyProvider | undefined;
  surveyReferences: SurveyReferences | undefined;
};

/** The survey of a conversation at the provider; null where surveys are answered here. */
export const linkToProvider = (
  { surveyProvider, surveyReferences }: Omit<ElsewhereParts, 'config'>,
  conversationId: string,
): string | null =>
  surveyProvider && surveyReferences ? surveyProvider.linkTo(surveyReferences.sign(conversationId)) : null;

/** For its customer alone, while it can be answered: who follows it answers in their name. Staff have createSurveyLink. */
export function surveyUrl(parts: ElsewhereParts, viewer: Viewer, conversation: Conversation): string | null {
  const until = surveyOpenUntil(parts.config, conversation);
  if (isStaff(viewer) || !until || until.getTime() < Date.now()) return null;
  return linkToProvider(parts, conversation.id);
}
