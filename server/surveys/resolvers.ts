import { forbidden } from '../errors.ts';
import type { Resolvers, SurveyAnswerInput } from '../generated/graphql.ts';
import type { App } from '../graphql/app-parts.ts';
import { checkId, checkOptionalText, checkRange, checkText } from '../input.ts';
import { answerSurveyByLink, openSurveyLink } from './answer-by-link.ts';
import { createSurveyLink } from './create-survey-link.ts';
import { surveyUrl } from './provider-link.ts';
import type { Answer } from './store-answer.ts';
import { submitSurvey } from './submit-survey.ts';
import { readSurveyForm, setSurveyForm } from './survey-form.ts';
import { surveyOpenUntil } from './survey-open-until.ts';

/** Unicode code points: a page of text. */
const COMMENT = { max: 2_000 };
/** A question as one reads it at a glance. */
const QUESTION = { min: 1, max: 200 };
/** A link's token has some 200 characters. */
const TOKEN = { min: 1, max: 1_000 };

export const surveyResolvers: Resolvers = {
  Query: {
    surveyForm: (_root, _args, { app }) => readSurveyForm(app.db),
    surveyByLink: (_root, { token }, { app, address }) =>
      openSurveyLink(withTokens(app), address, checkText('token', token, TOKEN)),
  },
  Mutation: {
    submitSurvey: async (_root, { input }, { app, viewer }) => ({
      survey: await submitSurvey(app, viewer, checkId('conversationId', input.conversationId), checkAnswer(input)),
    }),
    setSurveyForm: async (_root, { input }, { app, viewer }) => ({
      form: await setSurveyForm(app, viewer, {
        asksNps: input.asksNps,
        questions: input.questions.map(({ text, kind }) => ({ text: checkText('text', text, QUESTION), kind })),
      }),
    }),
    createSurveyLink: async (_root, { input }, { app, viewer }) => ({
      link: await createSurveyLink(withTokens(app), viewer, checkId('conversationId', input.conversationId)),
    }),
    answerSurveyByLink: async (_root, { input }, { app, address }) => {
      const token = checkText('token', input.token, TOKEN);
      return { survey: await answerSurveyByLink(withTokens(app), address, token, checkAnswer(input)) };
    },
  },
  SurveyForm: {
    provider: (_form, _args, { app }) => providerNames[app.config.SURVEY_PROVIDER ?? 'none'],
  },
  Conversation: {
    surveyUrl: (conversation, _args, { app, viewer }) => surveyUrl(app, viewer, conversation),
    surveyOpenUntil: (conversation, _args, { app }) => surveyOpenUntil(app.config, conversation),
  },
};

const providerNames = {
  none: null,
  zigpoll: 'ZIGPOLL',
  qualtrics: 'QUALTRICS',
  surveymonkey: 'SURVEYMONKEY',
} as const;

type AnswerInput = {
  readonly rating: number;
  readonly comment?: string | null;
  readonly nps?: number | null;
  readonly answers?: readonly SurveyAnswerInput[] | null;
};

const checkAnswer = ({ rating, comment, nps, answers }: AnswerInput): Answer => ({
  rating: checkRange('rating', rating, 1, 5),
  comment: checkOptionalText('comment', comment, COMMENT),
  nps: nps === null || nps === undefined ? null : checkRange('nps', nps, 0, 10),
  answers: (answers ?? []).map(({ questionId, value, text }) => ({
    questionId: checkId('questionId', questionId),
    value: value ?? null,
    text: checkOptionalText('text', text, COMMENT),
  })),
});

function withTokens(app: App) {
  const { surveyTokens } = app;
  if (!surveyTokens) throw forbidden('Survey links need AUTH_SECRET to be set in production.');
  return { ...app, surveyTokens };
}
