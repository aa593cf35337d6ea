import { v7 as uuidv7 } from 'uuid';
import { type Db, inTx, type Tx } from '../db.ts';
import { badInput, forbidden } from '../errors.ts';
import type { SurveyQuestionKind } from '../generated/prisma/enums.ts';
import type { Viewer } from '../participants/participant.ts';
import { questionFields, type SurveyQuestion } from './survey.ts';
import { lockSurveyForm } from './survey-queries.ts';

/** What surveys ask besides the rating and the comment. */
export type SurveyForm = { readonly asksNps: boolean; readonly questions: readonly SurveyQuestion[] };
export type NewQuestion = { readonly text: string; readonly kind: SurveyQuestionKind };

/** With more, fewer people answer. */
export const MAX_QUESTIONS = 3;

export async function readSurveyForm(db: Db | Tx): Promise<SurveyForm> {
  const [form, questions] = [
    await db.surveyForm.findFirst({ select: { asksNps: true } }),
    await db.surveyQuestion.findMany({
      where: { retiredAt: null },
      select: questionFields,
      orderBy: { position: 'asc' },
    }),
  ];
  return { asksNps: form?.asksNps ?? false, questions };
}

/** From now on; answers that were given keep the question that they were given to. */
export async function setSurveyForm(
  { db }: { db: Db },
  viewer: Viewer,
  { asksNps, questions }: { asksNps: boolean; questions: readonly NewQuestion[] },
): Promise<SurveyForm> {
  if (viewer.role !== 'MANAGER') throw forbidden('What surveys ask is for managers to say.');
  if (questions.length > MAX_QUESTIONS) throw badInput('questions', `must be at most ${MAX_QUESTIONS}.`);
  if (new Set(questions.map(nameOf)).size < questions.length) throw badInput('questions', 'must differ.');
  return inTx(db, async (tx) => {
    await lockSurveyForm(tx);
    const { questions: before } = await readSurveyForm(tx);
    const known = new Map(before.map((question) => [nameOf(question), question.id]));
    const wanted = new Set(questions.map(nameOf));
    const retired = before.filter((question) => !wanted.has(nameOf(question))).map(({ id }) => id);
    await tx.surveyQuestion.updateMany({ where: { id: { in: retired } }, data: { retiredAt: new Date() } });
    for (const [i, question] of questions.entries()) {
      const [id, position] = [known.get(nameOf(question)), i + 1];
      if (id) await tx.surveyQuestion.update({ where: { id }, data: { position } });
      else await tx.surveyQuestion.create({ data: { id: uuidv7(), position, ...question } });
    }
    const set = { asksNps, setById: viewer.id, setAt: new Date() };
    await tx.surveyForm.upsert({ where: { id: 1 }, create: set, update: set });
    return readSurveyForm(tx);
  });
}

/** The same words asked in the same way are the same question. */
const nameOf = ({ text, kind }: NewQuestion) => `${kind} ${text}`;
