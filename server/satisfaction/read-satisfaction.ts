import type { Db } from '../db.ts';
import { type CalendarUnit, readCalendar } from '../kpis/kpi-series-queries.ts';
import type { LongReads } from '../long-reads.ts';
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

/** Each counted when it is asked for. */
export type Satisfaction = {
  readonly from: Date;
  readonly to: Date;
  scores(): Promise<Scores>;
  groups(): Promise<Groups>;
  responses(): Promise<Responses>;
  questions(): Promise<readonly QuestionResult[]>;
};
type Scores = {
  readonly total: Score;
  readonly previous: Score;
  readonly points: readonly { readonly start: Date; readonly end: Date; readonly score: Score }[];
};
type Groups = {
  readonly byAgent: readonly AgentGroup[];
  readonly byQueue: readonly Group<{ readonly queue: string | null }>[];
  readonly byTopic: readonly Group<{ readonly topic: string | null }>[];
};
type Responses = { readonly asked: number; readonly answered: number; readonly ratio: number | null };
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

export function readSatisfaction(
  longReads: LongReads,
  filter: AnswerFilter,
  cut: { unit: CalendarUnit; timeZone: string },
): Satisfaction {
  const { from, to } = filter;
  const before = new Date(2 * from.getTime() - to.getTime());
  const withBefore = { ...filter, from: before };
  const inTurn = createTurns(longReads);
  return {
    from,
    to,
    scores: inTurn(async (db) => {
      const begins = await readCalendar(db, { from, to, ...cut });
      const starts = begins.map((at) => (at < from ? from : at));
      const counts = Map.groupBy(await countRatings(db, withBefore, [before, ...starts]), ({ part }) => part);
      const parts = starts.map((_, i) => counts.get(i + 2) ?? []);
      return {
        total: scoreAnswers(parts.flat()),
        previous: scoreAnswers(counts.get(1) ?? []),
        points: parts.map((of, i) => ({ start: starts[i]!, end: starts[i + 1] ?? to, score: scoreAnswers(of) })),
      };
    }),
    groups: inTurn(async (db) => {
      const counts = Map.groupBy(await countGroups(db, withBefore, from), ({ by }) => by);
      return {
        byAgent: groupsOf(counts.get('agent'), ({ agentId }) => ({ agentId })),
        byQueue: groupsOf(counts.get('queue'), ({ queue }) => ({ queue })),
        byTopic: groupsOf(counts.get('topic'), ({ topic }) => ({ topic })),
      };
    }),
    responses: inTurn(async (db) => {
      const { asked, answered } = await countResponses(db, filter);
      return { asked, answered, ratio: asked === 0 ? null : answered / asked };
    }),
    questions: inTurn(async (db) => questionsOf(await countAnswers(db, filter))),
  };
}

/** Each work at most once, and one after the other, on purpose: sends need the pool's connections more. */
function createTurns(longReads: LongReads) {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(read: (db: Db) => Promise<T>): (() => Promise<T>) => {
    const work = () => longReads.run(read);
    let done: Promise<T> | undefined;
    return () => {
      if (!done) {
        done = last.then(work, work);
        last = done;
      }
      return done;
    };
  };
}

/** Those with something to ask about first: the most who were not satisfied. Who was rated only before is not listed. */
function groupsOf<Of extends object>(
  counts: readonly GroupCount[] | undefined,
  keyOf: (count: GroupCount) => Of,
): Group<Of>[] {
  const grouped = Map.groupBy(counts ?? [], (count) => JSON.stringify(keyOf(count)));
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
