import { Text } from '@mantine/core';
import { ChartCard } from '../overview/chart-card.tsx';
import { count, timeText } from '../overview/format.ts';
import type { KpiDefinition } from '../overview/kpi-series.ts';
import { lazyChart } from '../overview/lazy-chart.tsx';
import overview from '../overview/overview.module.css';
import { shareText } from './explain-change.ts';
import { GroupTable } from './group-table.tsx';
import { QuestionTable } from './question-table.tsx';
import classes from './satisfaction.module.css';
import type { Satisfaction } from './satisfaction.ts';
import { answersText } from './score-cards.tsx';
import type { ChangeView, View } from './use-view-in-url.ts';

const ScoreChart = lazyChart(() => import('./satisfaction-charts.tsx').then((m) => m.ScoreChart));
const RatingsChart = lazyChart(() => import('./satisfaction-charts.tsx').then((m) => m.RatingsChart));

interface FiguresProps {
  data: Satisfaction;
  csat: KpiDefinition | undefined;
  bucket: string;
  view: View;
  onChange: ChangeView;
}

/** Over time, by rating, by agent, by queue, by topic, by question. */
export function Figures({ data, csat, bucket, view, onChange }: FiguresProps) {
  const { total, points, byAgent, byQueue, byTopic, questions } = data;
  const none = (
    <Text c="dimmed" size="sm">
      Nobody has answered in this time.
    </Text>
  );
  const ratings = total.ratings.map((answers, i) => ({ rating: String(i + 1), answers }));
  const known = points.filter(({ score }) => score.ratio !== null);
  const lowest = known.toSorted((a, b) => a.score.ratio! - b.score.ratio!)[0];
  return (
    <>
      <div className={overview.charts}>
        <ChartCard
          title="Score over time"
          summary={
            lowest
              ? `Satisfied customers over time; lowest from ${timeText(lowest.start, bucket)} with ${shareText(lowest.score.ratio)}.`
              : ''
          }
          empty={known.length === 0 ? none : null}
          chart={
            <ScoreChart
              data={points.map(({ start, score }) => ({ time: timeText(start, bucket), share: score.ratio }))}
              target={csat?.target?.value ?? null}
            />
          }
          table={{
            head: ['From', 'Satisfied', 'Answers', 'NPS'],
            rows: points
              .toReversed()
              .map(({ start, score }) => [
                timeText(start, bucket),
                shareText(score.ratio),
                count(score.answers),
                score.nps ? count(score.nps.score) : '–',
              ]),
          }}
          range={view.range.key}
        />
        <ChartCard
          title="Ratings"
          summary={`${answersText(total.answers)}: ${ratings.map(({ rating, answers }) => `${rating} of 5 ${count(answers)} times`).join(', ')}.`}
          empty={total.answers === 0 ? none : null}
          chart={<RatingsChart data={ratings} />}
          table={{
            head: ['Rating', 'Answers', 'Share'],
            rows: ratings
              .toReversed()
              .map(({ rating, answers }) => [rating, count(answers), shareText(answers / total.answers)]),
          }}
          range={view.range.key}
        />
      </div>
      <div className={classes.columns}>
        <GroupTable
          title="By agent"
          of="Agent"
          rows={byAgent.map(({ agent, ...group }) => ({
            ...group,
            id: agent?.id ?? null,
            name: agent?.name ?? 'Nobody',
          }))}
          range={view.range.key}
          chosen={view.agent}
          onChoose={(agent) => onChange({ agent: agent === view.agent ? null : agent })}
        />
        <GroupTable
          title="By queue"
          of="Queue"
          rows={byQueue.map(({ queue, ...group }) => ({ ...group, id: queue, name: queue ?? 'In no queue' }))}
          range={view.range.key}
          chosen={view.queue}
          onChoose={(queue) => onChange({ queue: queue === view.queue ? null : queue })}
        />
        <GroupTable
          title="By topic"
          of="Topic"
          rows={byTopic.map(({ topic, ...group }) => ({ ...group, id: topic, name: topic ?? 'Without a topic' }))}
          range={view.range.key}
          chosen={view.topic}
          onChoose={(topic) => onChange({ topic: topic === view.topic ? null : topic })}
        />
      </div>
      {questions.length > 0 && <QuestionTable questions={questions} />}
    </>
  );
}
