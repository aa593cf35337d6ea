import type { SurveyQuestionKind } from '../generated/prisma/enums.ts';
import type { Sealing } from '../sealing/sealing.ts';

export type SurveyQuestion = { readonly id: string; readonly text: string; readonly kind: SurveyQuestionKind };

/** A value or a text, as its question asks; neither where the text was erased. */
export type SurveyAnswer = {
  readonly question: SurveyQuestion;
  readonly value: number | null;
  readonly text: string | null;
};

export type Survey = {
  readonly id: string;
  readonly conversationId: string;
  readonly rating: number;
  readonly comment: string | null;
  readonly nps: number | null;
  readonly submittedAt: Date;
  readonly answers: readonly SurveyAnswer[];
};

export const questionFields = { id: true, text: true, kind: true } as const;

export const surveyFields = {
  id: true,
  conversationId: true,
  rating: true,
  comment: true,
  keyId: true,
  nps: true,
  submittedAt: true,
  answers: {
    select: { value: true, text: true, keyId: true, question: { select: questionFields } },
    orderBy: { question: { position: 'asc' } },
  },
} as const;

type SealedAnswer = SurveyAnswer & { readonly keyId: string | null };
type SealedSurvey = {
  readonly comment: string | null;
  readonly keyId: string | null;
  readonly conversationId: string;
  readonly answers: readonly SealedAnswer[];
};

/** Whatever reads rows of surveys passes them through here: comments and answers in words may be sealed. */
export async function openSurveys<Row extends SealedSurvey>(sealing: Sealing, rows: readonly Row[]): Promise<Row[]> {
  const opened = await sealing.openAll(
    rows,
    ({ conversationId, comment }) => ({ place: commentPlace(conversationId), text: comment }),
    (row, comment) => ({ ...row, comment }),
  );
  const answers = opened.flatMap(({ conversationId, answers }) => answers.map((one) => ({ ...one, conversationId })));
  if (answers.length === 0) return opened;
  const openedAnswers = await sealing.openAll(
    answers,
    ({ conversationId, question, text }) => ({ place: answerPlace(conversationId, question.id), text }),
    (row, text) => ({ ...row, text }),
  );
  const next = openedAnswers.values();
  return opened.map((row) => ({ ...row, answers: row.answers.map(() => next.next().value!) }));
}

/** Apart from the places of messages. */
export const commentPlace = (conversationId: string) => `comment on ${conversationId}`;
export const answerPlace = (conversationId: string, questionId: string) =>
  `answer to ${questionId} on ${conversationId}`;
