import { badInput } from '../errors.ts';
import type { SatisfactionFilter, SurveyResultFilter } from '../generated/graphql.ts';
import { checkOptionalId, checkOptionalText, checkRange } from '../input.ts';
import { accessKpiRange, accessKpiSeries } from '../kpis/access-kpis.ts';
import type { CalendarUnit } from '../kpis/kpi-series-queries.ts';
import type { Viewer } from '../participants/participant.ts';
import { fold, type ResultFilter } from './list-results.ts';
import type { AnswerFilter } from './satisfaction-queries.ts';

/** As long as topics and queues are. */
const NAME = { max: 200 };
const SEARCH = { max: 200 };

/** The one door to what customers answered, over time. */
export function accessSatisfaction(
  viewer: Viewer,
  filter: SatisfactionFilter,
  cut: { unit: CalendarUnit; timeZone: string },
): AnswerFilter & { unit: CalendarUnit; timeZone: string } {
  return { ...accessKpiSeries(viewer, { from: filter.from, to: filter.to, ...cut }), ...checkFilter(filter) };
}

/** The same, one by one. */
export const accessResults = (viewer: Viewer, filter: SatisfactionFilter): AnswerFilter => ({
  ...accessKpiRange(viewer, { from: filter.from, to: filter.to, timeZone: 'UTC' }),
  ...checkFilter(filter),
});

const checkFilter = ({ agentId, queue, topic }: SatisfactionFilter) => ({
  agentId: checkOptionalId('agentId', agentId),
  queue: checkOptionalText('queue', queue, NAME) ?? undefined,
  topic: checkOptionalText('topic', topic, NAME) ?? undefined,
});

export function checkResultFilter(only: SurveyResultFilter | null | undefined): ResultFilter {
  const ratings = only?.ratings ?? [];
  if (ratings.length > 5) throw badInput('ratings', 'must be at most five.');
  return {
    ratings: ratings.map((rating) => checkRange('ratings', rating, 1, 5)),
    commented: only?.commented ?? false,
    search: fold(checkOptionalText('search', only?.search, SEARCH) ?? '')
      .split(/\s+/)
      .filter(Boolean),
  };
}
