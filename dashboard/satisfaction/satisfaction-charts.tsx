import '@mantine/charts/styles.css';
import { BarChart, LineChart } from '@mantine/charts';
import { count } from '../overview/format.ts';
import { shareText } from './explain-change.ts';

/* Loaded when the figures are there: the drawing library is heavier than all else on the page. */

interface ScoreChartProps {
  data: { time: string; share: number | null }[];
  target: number | null;
}

export function ScoreChart({ data, target }: ScoreChartProps) {
  return (
    <LineChart
      h={240}
      data={data}
      dataKey="time"
      series={[{ name: 'share', label: 'Satisfied', color: 'parley.6' }]}
      valueFormatter={shareText}
      curveType="linear"
      // A day without answers has no score: the line breaks there.
      connectNulls={false}
      dotProps={{ r: 3 }}
      tickLine="none"
      referenceLines={target === null ? [] : [{ y: target, label: `Target ${shareText(target)}`, color: 'gray.6' }]}
      xAxisProps={{ interval: 'preserveStartEnd', minTickGap: 28 }}
      yAxisProps={{ width: 56, domain: [0, 1] }}
      lineProps={{ isAnimationActive: false }}
    />
  );
}

export function RatingsChart({ data }: { data: { rating: string; answers: number }[] }) {
  return (
    <BarChart
      h={240}
      data={data}
      dataKey="rating"
      series={[{ name: 'answers', label: 'Answers', color: 'parley.6' }]}
      valueFormatter={count}
      tickLine="none"
      maxBarWidth={44}
      yAxisProps={{ allowDecimals: false, width: 44 }}
      barProps={{ isAnimationActive: false, radius: [3, 3, 0, 0] }}
    />
  );
}
