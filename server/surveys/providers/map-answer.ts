import type { AnswerPart } from '../../config-survey-providers.ts';
import type { Answer, QuestionAnswer } from '../store-answer.ts';
import type { SurveyForm } from '../survey-form.ts';
import type { Given, ProviderAnswer } from './provider.ts';

/** The provider's question ids. */
export type QuestionIds = Readonly<Partial<Record<AnswerPart, string>>>;

/** In code points, as Parley's own form takes. */
const MAX_TEXT = 2_000;

/**
 * What was answered elsewhere, as if it were to Parley's own form. Its customer cannot be told what does not fit, so the rest
 * still counts: what the form does not ask, or not in this way, is left out, and what is too long is cut. Undefined without a
 * rating: that is what an answer is.
 */
export function mapAnswer(
  { asksNps, questions }: SurveyForm,
  ids: QuestionIds,
  given: ProviderAnswer['given'],
): Answer | undefined {
  const of = (part: AnswerPart) => (ids[part] === undefined ? undefined : given.get(ids[part]));
  const rating = within(of('rating'), 1, 5);
  if (rating === null) return undefined;
  return {
    rating,
    comment: wordsOf(of('comment')),
    nps: asksNps ? within(of('nps'), 0, 10) : null,
    answers: (['question1', 'question2', 'question3'] as const).flatMap((part, i) => {
      const question = questions[i];
      const answer = question && toAnswer(question.kind, of(part));
      return answer ? [{ questionId: question.id, ...answer }] : [];
    }),
  };
}

function toAnswer(
  kind: SurveyForm['questions'][number]['kind'],
  given: Given | undefined,
): Omit<QuestionAnswer, 'questionId'> | undefined {
  if (kind === 'TEXT') {
    const text = wordsOf(given);
    return text === null ? undefined : { value: null, text };
  }
  const value = kind === 'SCALE' ? within(given, 1, 5) : yesOrNo(given);
  return value === null ? undefined : { value, text: null };
}

const within = (given: Given | undefined, min: number, max: number): number | null =>
  given?.number !== undefined && given.number !== null && given.number >= min && given.number <= max
    ? given.number
    : null;

/** Where the words are others, let the provider's choices be worth 1 and 0. */
const YES = /^\s*(yes|true)\s*$/i;
const NO = /^\s*(no|false)\s*$/i;

function yesOrNo(given: Given | undefined): number | null {
  if (given?.text && YES.test(given.text)) return 1;
  if (given?.text && NO.test(given.text)) return 0;
  return within(given, 0, 1);
}

function wordsOf(given: Given | undefined): string | null {
  const text = given?.text?.toWellFormed().replaceAll('\0', '') ?? '';
  if (text.trim() === '') return null;
  // A code point is at most two units: no more than these are looked at one by one.
  return text.length <= MAX_TEXT ? text : [...text.slice(0, 2 * MAX_TEXT)].slice(0, MAX_TEXT).join('').toWellFormed();
}
