import { count, whole } from './config-kinds.ts';

/** Until when a survey can be answered, and an answer changed: a part of config.ts. */
export const surveyFields = {
  SURVEY_OPEN_DAYS: whole(1, 365, 'must be a whole number of days, from 1 to 365')
    .default(14)
    .describe(
      'How long after a conversation was closed its customer can answer the survey, in days: later nobody remembers what it was about.',
    ),
  SURVEY_CHANGEABLE_MS: whole(0, 3_600_000, 'must be a whole number of milliseconds, at most an hour')
    .default(3_600_000)
    .describe(
      'How long an answer may be changed by who gave it, in ms: long enough to correct a slip; at most an hour, because what was added up stands after it.',
    ),
  SURVEY_SEARCH_MAX: count(2_000).describe(
    'Most answers that one search for words looks through, newest first, before it asks to be continued: comments may be sealed, so they are read and opened one by one, 1,000 in some 100 ms.',
  ),
} as const;
