import { count, decimal, percent } from '../overview/format.ts';
import type { Kpi } from '../overview/judge-kpis.ts';
import { compare, figureOf, judgeTarget } from '../overview/judge-trend.ts';
import { KpiCard } from '../overview/kpi-card.tsx';
import type { KpiDefinition } from '../overview/kpi-series.ts';
import overview from '../overview/overview.module.css';
import trends from '../overview/trends.module.css';
import type { Satisfaction } from './satisfaction.ts';

interface ScoreCardsProps {
  data: Satisfaction;
  csat: KpiDefinition | undefined;
  /** "7 days": how long the time before is that all is compared with. */
  words: string;
}

/** The figures in short, each against the time before. */
export function ScoreCards({ data: { total, previous, responses }, csat, words }: ScoreCardsProps) {
  const change = csat && compareCsat(csat, total, previous, words);
  const cards: (Kpi & { change?: { text: string; tone: string } })[] = [
    {
      key: 'csat',
      label: csat?.name ?? 'Customer satisfaction',
      definition: csat?.definition ?? '',
      figure: csat && total.ratio !== null ? figureOf(csat, total.ratio) : null,
      detail: total.interval
        ? `${answersText(total.answers)} · surely within ${percent(total.interval.low, 0, 'down').value}–${percent(total.interval.high, 0, 'up').value} %`
        : 'Nobody has answered',
      target: csat ? judgeTarget(csat, total.ratio) : null,
      change,
    },
    {
      key: 'responses',
      label: 'Response rate',
      definition:
        'Of the conversations with a customer that were closed in this time, those whose survey was answered so far. Surveys stay open for 14 days, so that of the last days rises.',
      figure: responses.ratio === null ? null : percent(responses.ratio, 0, 'down'),
      detail: `${count(responses.answered)} of ${count(responses.asked)} closed`,
      target: null,
    },
    {
      key: 'average',
      label: 'Mean rating',
      definition: 'Mean of all ratings, 1 (very bad) to 5 (very good).',
      figure: total.average === null ? null : { value: decimal(total.average), unit: 'of 5' },
      detail: previous.average === null ? '' : `${decimal(previous.average)} in the ${words} before`,
      target: null,
    },
    {
      key: 'nps',
      label: 'Net Promoter Score',
      definition:
        'How likely customers are to recommend the service: percent of answers of 9 and 10 minus percent of answers of 0 to 6; from −100 to 100. Asked where the settings say so.',
      figure: total.nps ? { value: count(total.nps.score), unit: '' } : null,
      detail: total.nps
        ? `${count(total.nps.promoters)} promoters, ${count(total.nps.passives)} passive, ${count(total.nps.detractors)} detractors`
        : '',
      target: null,
    },
  ];
  return (
    <ul className={overview.cards}>
      {cards.map(({ change: said, ...kpi }) => (
        <KpiCard key={kpi.key} kpi={kpi}>
          {said && (
            <p className={trends.change} data-tone={said.tone}>
              {said.text}
            </p>
          )}
        </KpiCard>
      ))}
    </ul>
  );
}

export const answersText = (n: number): string => `${count(n)} ${n === 1 ? 'answer' : 'answers'}`;

function compareCsat(kpi: KpiDefinition, total: Satisfaction['total'], previous: Satisfaction['total'], words: string) {
  const value = (score: Satisfaction['total']) => ({
    value: score.ratio,
    count: score.answers,
    interval: score.interval,
  });
  const { text, tone } = compare({ kpi, points: [], total: value(total), previous: value(previous) }, { words });
  return { text: previous.ratio === null ? text : `${text}, ${answersText(previous.answers)}`, tone };
}
