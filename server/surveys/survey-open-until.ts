import type { Config } from '../config.ts';
import type { Conversation } from '../conversations/conversation.ts';

const DAY_MS = 86_400_000;

/** Until when its survey can be answered; null while it is not closed. */
export const surveyOpenUntil = (
  { SURVEY_OPEN_DAYS }: Pick<Config, 'SURVEY_OPEN_DAYS'>,
  { closedAt }: Pick<Conversation, 'closedAt'>,
): Date | null => (closedAt === null ? null : new Date(closedAt.getTime() + SURVEY_OPEN_DAYS * DAY_MS));
