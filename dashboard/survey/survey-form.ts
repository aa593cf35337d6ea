/* What surveys ask and what is answered; satisfaction/satisfaction.test.ts holds the documents against the schema. */

export interface SurveyQuestion {
  readonly id: string;
  readonly text: string;
  readonly kind: 'SCALE' | 'YES_NO' | 'TEXT';
}

export interface SurveyForm {
  readonly asksNps: boolean;
  readonly questions: readonly SurveyQuestion[];
  /** Where customers answer; null: here. */
  readonly provider: keyof typeof providerNames | null;
}

export const providerNames = { ZIGPOLL: 'Zigpoll', QUALTRICS: 'Qualtrics', SURVEYMONKEY: 'SurveyMonkey' } as const;

/** What somebody is filling in: null and '' are not answered. */
export interface Draft {
  readonly rating: number;
  readonly comment: string;
  readonly nps: number | null;
  readonly values: Readonly<Record<string, number | string>>;
}

export const emptyDraft: Draft = { rating: 0, comment: '', nps: null, values: {} };

/** The draft as the mutations take it. */
export const toInput = ({ rating, comment, nps, values }: Draft) => ({
  rating,
  comment: comment.trim() || null,
  nps,
  answers: Object.entries(values)
    .filter(([, value]) => typeof value === 'number' || value.trim() !== '')
    .map(([questionId, value]) => ({
      questionId,
      ...(typeof value === 'number' ? { value } : { text: value.trim() }),
    })),
});

const form = 'asksNps questions { id text kind } provider';

export const surveyFormQuery = `query SurveyForm { surveyForm { ${form} } }`;

/** What a customer needs to answer, here or elsewhere. */
export interface SurveyInvitation {
  readonly surveyForm: SurveyForm;
  readonly conversation: { readonly surveyUrl: string | null };
}

export const surveyInvitationQuery = `query SurveyInvitation($id: ID!) {
  surveyForm { ${form} } conversation(id: $id) { surveyUrl }
}`;

export const setSurveyFormMutation = `mutation SetSurveyForm($input: SetSurveyFormInput!) {
  setSurveyForm(input: $input) { form { ${form} } }
}`;

export interface LinkedSurvey {
  readonly surveyByLink: {
    readonly state: 'OPEN' | 'USED' | 'EXPIRED' | 'REOPENED';
    readonly form: SurveyForm | null;
  };
}

export const surveyByLinkQuery = `query SurveyByLink($token: String!) {
  surveyByLink(token: $token) { state form { ${form} } }
}`;

export const answerSurveyByLinkMutation = `mutation AnswerSurveyByLink($input: AnswerSurveyByLinkInput!) {
  answerSurveyByLink(input: $input) { survey { rating } }
}`;
