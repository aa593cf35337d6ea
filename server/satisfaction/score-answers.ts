import { wilsonInterval } from '../kpis/wilson-interval.ts';
import type { RatingCount } from './satisfaction-queries.ts';

export type Score = {
  readonly answers: number;
  readonly ratio: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly average: number | null;
  /** Of ratings 1 to 5. */
  readonly ratings: readonly number[];
  readonly nps: {
    readonly score: number;
    readonly answers: number;
    readonly promoters: number;
    readonly passives: number;
    readonly detractors: number;
  } | null;
};

/** From this rating on a customer counts as satisfied; the key figure CSAT counts the same. */
export const SATISFIED = 4;

export function scoreAnswers(counts: readonly RatingCount[]): Score {
  const ratings = [1, 2, 3, 4, 5].map((rating) => sum(counts.filter((one) => one.rating === rating)));
  const answers = sum(counts);
  const satisfied = sum(counts.filter(({ rating }) => rating >= SATISFIED));
  return {
    answers,
    ratings,
    ratio: answers === 0 ? null : satisfied / answers,
    interval: answers === 0 ? null : wilsonInterval(satisfied, answers),
    average: answers === 0 ? null : ratings.reduce((total, n, i) => total + n * (i + 1), 0) / answers,
    nps: scoreNps(counts),
  };
}

/** Net Promoter Score, after Reichheld (2003). */
function scoreNps(counts: readonly RatingCount[]): Score['nps'] {
  const between = (min: number, max: number) =>
    sum(counts.filter(({ nps }) => nps !== null && nps >= min && nps <= max));
  const [detractors, passives, promoters] = [between(0, 6), between(7, 8), between(9, 10)];
  const answers = detractors + passives + promoters;
  if (answers === 0) return null;
  return { score: (100 * (promoters - detractors)) / answers, answers, promoters, passives, detractors };
}

const sum = (counts: readonly { readonly n: number }[]) => counts.reduce((total, { n }) => total + n, 0);
