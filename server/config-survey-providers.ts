import { z } from 'zod';
import { isThisMachine, ms, oneOf, url, whole } from './config-kinds.ts';

const text = z.string().min(1);

/** What an answer is made of; `question1` is the first of the managers' own questions. */
const parts = ['rating', 'comment', 'nps', 'question1', 'question2', 'question3'] as const;
export type AnswerPart = (typeof parts)[number];
const QUESTIONS = new RegExp(`^(${parts.join('|')})=[\\w.-]+(,(${parts.join('|')})=[\\w.-]+)*$`);

/** Surveys at somebody else's, instead of Parley's own form: a part of config.ts. docs/survey-providers.md sets one up. */
export const surveyProviderFields = {
  SURVEY_PROVIDER: oneOf('zigpoll', 'qualtrics', 'surveymonkey')
    .optional()
    .describe(
      'Where customers answer the survey, see [docs/survey-providers.md](docs/survey-providers.md): their answers count as those to Parley’s own form do, which is what there is without this.',
    ),
  SURVEY_PROVIDER_URL: url('https', 'http')
    .optional()
    .describe('The survey there, as customers open it; the reference to their conversation is added to it.'),
  SURVEY_PROVIDER_SURVEY: z
    .string()
    .regex(/^\w+$/, 'must be the id of a survey')
    .optional()
    .describe(
      'Its id: of Zigpoll the poll’s, of Qualtrics `SV_…`, of SurveyMonkey a number. Answers to others are ignored.',
    ),
  SURVEY_PROVIDER_QUESTIONS: z
    .string()
    .regex(QUESTIONS, `must be like rating=QID1,comment=QID2_TEXT, with any of ${parts.join(', ')}`)
    .transform(
      (list) =>
        Object.fromEntries(list.split(',').map((pair) => pair.split('='))) as Partial<Record<AnswerPart, string>>,
    )
    .optional()
    .describe(
      'Which of its questions is which: `rating=ID`, and what else it asks of `comment`, `nps`, `question1` to `question3` (the managers’ own, in their order), comma-separated.',
    ),
  SURVEY_PROVIDER_API_URL: url('https', 'http')
    .optional()
    .describe(
      'Its API. Default: `https://v1.zigpoll.com`, `https://api.surveymonkey.com`; of Qualtrics it must be given: `https://DATACENTER.qualtrics.com`.',
    ),
  SURVEY_PROVIDER_API_TOKEN: text.optional().describe('What the API is asked with: a key or token made there.'),
  SURVEY_PROVIDER_CLIENT_ID: text
    .optional()
    .describe('Of SurveyMonkey: the app’s client id, which its signatures go by.'),
  SURVEY_PROVIDER_WEBHOOK_SECRET: text
    .optional()
    .describe(
      'What its webhooks are signed with: Qualtrics’ `sharedKey` of the subscription, SurveyMonkey’s secret of the app.',
    ),
  SURVEY_PROVIDER_TIMEOUT_MS: whole(1, 60_000, 'must be a whole number of milliseconds, from 1 to 60000')
    .default(5_000)
    .describe('Longest wait for an answer of its API, in ms; then the webhook is refused, to be sent again.'),
  SURVEY_PROVIDER_PULL_INTERVAL_MS: ms(300_000).describe(
    'How often one process asks Zigpoll for new answers, in ms: managers look at satisfaction by the hour.',
  ),
} as const;

type Given = {
  readonly [Name in keyof typeof surveyProviderFields]: z.output<(typeof surveyProviderFields)[Name]>;
};

const needed = {
  zigpoll: [],
  qualtrics: ['SURVEY_PROVIDER_API_URL', 'SURVEY_PROVIDER_WEBHOOK_SECRET'],
  surveymonkey: ['SURVEY_PROVIDER_CLIENT_ID', 'SURVEY_PROVIDER_WEBHOOK_SECRET'],
} as const satisfies Record<string, readonly (keyof Given)[]>;
const always = [
  'SURVEY_PROVIDER_URL',
  'SURVEY_PROVIDER_SURVEY',
  'SURVEY_PROVIDER_QUESTIONS',
  'SURVEY_PROVIDER_API_TOKEN',
] as const satisfies readonly (keyof Given)[];

/** What is wrong with the fields taken together; undefined when nothing is. */
export function whySurveyProviderCannotBe(
  given: Partial<Given> & { readonly NODE_ENV: string; readonly AUTH_SECRET?: string | undefined },
): string | undefined {
  const { SURVEY_PROVIDER: name } = given;
  if (!name) return undefined;
  const missing = [...always, ...needed[name]].find((field) => given[field] === undefined);
  if (missing) return `SURVEY_PROVIDER=${name} needs ${missing}, see docs/survey-providers.md.`;
  if (!given.SURVEY_PROVIDER_QUESTIONS!.rating)
    return 'SURVEY_PROVIDER_QUESTIONS must say which question is the rating: an answer without one cannot be stored.';
  const api = given.SURVEY_PROVIDER_API_URL;
  if (api && new URL(api).protocol === 'http:' && !isThisMachine(api))
    return 'SURVEY_PROVIDER_API_URL must be https: a token is sent there. Only on this machine it may be http.';
  if (given.NODE_ENV === 'production' && !given.AUTH_SECRET)
    return 'SURVEY_PROVIDER needs AUTH_SECRET in production: references to conversations are signed with it.';
  return undefined;
}
