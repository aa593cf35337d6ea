import { v7 as uuidv7 } from 'uuid';
import { type Db, inTx, type Tx } from '../db.ts';
import { badInput, unavailable } from '../errors.ts';
import type { MemberKey, Sealing, Writer } from '../sealing/sealing.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { answerPlace, commentPlace, openSurveys, type Survey, surveyFields } from './survey.ts';
import { readSurveyForm } from './survey-form.ts';

/** To one of the managers' own questions: a value or a text, as it asks. */
export type QuestionAnswer = {
  readonly questionId: string;
  readonly value: number | null;
  readonly text: string | null;
};
export type Answer = {
  readonly rating: number;
  readonly comment: string | null;
  readonly nps: number | null;
  readonly answers: readonly QuestionAnswer[];
};

const RANGE = { SCALE: [1, 5], YES_NO: [0, 1] } as const;

/**
 * One answer for each conversation, whoever tries how often at once: the first one makes the row, which a later one changes
 * where it may. Undefined where it may not.
 */
export async function storeAnswer(
  { db, metrics, sealing }: { db: Db; metrics: Metrics; sealing: Sealing },
  writer: Writer,
  { rating, comment, nps, answers }: Answer,
  { changeableMs }: { changeableMs: number },
): Promise<Survey | undefined> {
  const { conversationId, participantId } = writer;
  const seal = await sealFor(sealing, writer, comment !== null || answers.some(({ text }) => text !== null));
  const sealed = seal(commentPlace(conversationId), comment);
  const values = { rating, nps, comment: sealed.text, keyId: sealed.keyId };
  const outcome = await inTx(db, async (tx) => {
    await checkAnswers(tx, nps, answers);
    const created = await tx.survey.createMany({
      data: { id: uuidv7(), conversationId, participantId, ...values },
      skipDuplicates: true,
    });
    if (created.count === 0) {
      // One statement, so that two changes at once cannot both look at an older answer.
      const changed = await tx.survey.updateMany({
        where: { conversationId, participantId, submittedAt: { gt: new Date(Date.now() - changeableMs) } },
        data: { ...values, changedAt: new Date() },
      });
      if (changed.count === 0) return undefined;
    }
    const { id } = await tx.survey.findUniqueOrThrow({ where: { conversationId }, select: { id: true } });
    await tx.surveyAnswer.deleteMany({ where: { surveyId: id } });
    await tx.surveyAnswer.createMany({
      data: answers.map(({ questionId, value, text }) => {
        return { surveyId: id, questionId, value, ...seal(answerPlace(conversationId, questionId), text) };
      }),
    });
    return created.count > 0 ? 'created' : 'changed';
  });
  if (!outcome) return undefined;
  if (outcome === 'created') metrics.surveys({ rating: String(rating) as '1' });
  const stored = await db.survey.findUniqueOrThrow({ where: { conversationId }, select: surveyFields });
  return (await openSurveys(sealing, [stored]))[0]!;
}

/** Only what is asked now: whoever has had the form open for long is told to look again. */
async function checkAnswers(tx: Tx, nps: number | null, answers: readonly QuestionAnswer[]): Promise<void> {
  if (nps === null && answers.length === 0) return;
  const form = await readSurveyForm(tx);
  if (nps !== null && !form.asksNps) throw badInput('nps', 'is not asked.');
  const questions = new Map(form.questions.map((question) => [question.id, question]));
  for (const { questionId, value, text } of answers) {
    const question = questions.get(questionId);
    if (!question) throw badInput('questionId', 'is not asked, or not any more.');
    // Each of them once.
    questions.delete(questionId);
    if (question.kind === 'TEXT') {
      if (text === null || value !== null)
        throw badInput('text', 'must be given, and no value, to a question for text.');
    } else {
      const [min, max] = RANGE[question.kind];
      if (value === null || text !== null) throw badInput('value', 'must be given, and no text, to this question.');
      if (value < min || value > max) throw badInput('value', `must be from ${min} to ${max}.`);
    }
  }
}

type Seal = (place: string, text: string | null) => { text: string | null; keyId: string | null };

async function sealFor(sealing: Sealing, writer: Writer, isNeeded: boolean): Promise<Seal> {
  if (!sealing.isOn || !isNeeded) return (_place, text) => ({ text, keyId: null });
  const key: MemberKey | undefined = await sealing.keyOf(writer);
  // Has left since they were let in here.
  if (!key) throw unavailable();
  return (place, text) =>
    text === null ? { text, keyId: null } : { text: sealing.seal(key, place, text), keyId: key.id };
}
