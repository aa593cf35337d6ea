import type { Db } from '../db.ts';
import { type CalendarUnit, readCalendar } from '../kpis/kpi-series-queries.ts';
import type { SurveyQuestion } from '../surveys/survey.ts';
import {
  type AnswerFilter,
  countAnswers,
  countGroups,
  countRatings,
  countResponses,
  type GroupCount,
  type QuestionCount,
} from './satisfaction-queries.ts';
import { type Score, scoreAnswers } from './score-answers.ts';

export type Satisfaction = {
  readonly from: Date;
  readonly to: Date;
  readonly total: Score;
  readonly previous: Score;
  readonly points: readonly { readonly start: Date; readonly end: Date; readonly score: Score }[];
  readonly responses: { readonly asked: number; readonly answered: number; readonly ratio: number | null };
  readonly byAgent: readonly AgentGroup[];
  readonly byTopic: readonly Group<{ topic: string | null }>[];
  readonly questions: readonly QuestionResult[];
};
export type AgentGroup = Group<{ readonly agentId: string | null }>;
type Group<Of> = Of & { readonly score: Score; readonly previous: Score };
type QuestionResult = {
  readonly question: SurveyQuestion;
  readonly answers: number;
  readonly average: number | null;
  readonly counts: readonly number[];
};

/** More than anybody reads. */
const MAX_GROUPS = 100;

/** One statement after the other, on purpose: sends need the pool's connections more. */
export async function readSatisfaction(
  db: Db,
  filter: AnswerFilter,
  { unit, timeZone }: { unit: CalendarUnit; timeZone: string },
): Promise<Satisfaction> {
  const { from, to } = filter;
  const before = new Date(2 * from.getTime() - to.getTime());
  const withBefore = { ...filter, from: before };
  const begins = await readCalendar(db, { from, to, unit, timeZone });
  const starts = begins.map((at) => (at < from ? from : at));

  const counts = Map.groupBy(await countRatings(db, withBefore, [before, ...starts]), ({ part }) => part);
  const groups = await countGroups(db, withBefore, from);
  const { asked, answered } = await countResponses(db, filter);
  return {
    from,
    to,
    total: scoreAnswers(starts.flatMap((_, i) => counts.get(i + 2) ?? [])),
    previous: scoreAnswers(counts.get(1) ?? []),
    points: starts.map((start, i) => ({
      start,
      end: starts[i + 1] ?? to,
      score: scoreAnswers(counts.get(i + 2) ?? []),
    })),
    responses: { asked, answered, ratio: asked === 0 ? null : answered / asked },
    byAgent: groupsOf(
      groups.filter(({ isByTopic }) => !isByTopic),
      ({ agentId }) => ({ agentId }),
    ),
    byTopic: groupsOf(
      groups.filter(({ isByTopic }) => isByTopic),
      ({ topic }) => ({ topic }),
    ),
    questions: questionsOf(await countAnswers(db, filter)),
  };
}

/** Those with something to ask about first: the most who were not satisfied. Who was rated only before is not listed. */
function groupsOf<Of extends object>(counts: readonly GroupCount[], keyOf: (count: GroupCount) => Of): Group<Of>[] {
  const grouped = Map.groupBy(counts, (count) => JSON.stringify(keyOf(count)));
  return [...grouped.values()]
    .map((of) => ({
      ...keyOf(of[0]!),
      score: scoreAnswers(of.filter(({ isEarlier }) => !isEarlier)),
      previous: scoreAnswers(of.filter(({ isEarlier }) => isEarlier)),
    }))
    .filter(({ score }) => score.answers > 0)
    .sort((a, b) => dissatisfied(b) - dissatisfied(a) || b.score.answers - a.score.answers)
    .slice(0, MAX_GROUPS);
}

const dissatisfied = ({ score: { answers, ratio } }: { score: Score }) => answers * (1 - (ratio ?? 1));

const valuesOf = { SCALE: [1, 2, 3, 4, 5], YES_NO: [0, 1], TEXT: [] } as const;

function questionsOf(rows: readonly QuestionCount[]): QuestionResult[] {
  return [...Map.groupBy(rows, ({ id }) => id).values()].map((of) => {
    const { id, text, kind } = of[0]!;
    const answers = of.reduce((sum, { n }) => sum + n, 0);
    const total = of.reduce((sum, { value, n }) => sum + (value ?? 0) * n, 0);
    return {
      question: { id, text, kind },
      answers,
      average: kind === 'TEXT' ? null : total / answers,
      counts: valuesOf[kind].map((value) => of.find((one) => one.value === value)?.n ?? 0),
    };
  });
}
