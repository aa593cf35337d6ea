import '@mantine/charts/styles.css';
import { BarChart, LineChart } from '@mantine/charts';
import { count, durationText } from './format.ts';

/* Loaded when the figures are there: the drawing library is heavier than all else on the page. */

export function MessagesChart({ data }: { data: { time: string; messages: number }[] }) {
  return (
    <BarChart
      h={240}
      data={data}
      dataKey="time"
      series={[{ name: 'messages', label: 'Messages', color: 'parley.6' }]}
      valueFormatter={count}
      tickLine="none"
      maxBarWidth={28}
      xAxisProps={{ interval: 'preserveStartEnd', minTickGap: 28 }}
      yAxisProps={{ allowDecimals: false, width: 44 }}
      barProps={{ isAnimationActive: false, radius: [3, 3, 0, 0] }}
    />
  );
}

interface LatencyChartProps {
  /** The 99th percentile is drawn where it is given. */
  data: { time: string; p50: number | null; p95: number | null; p99?: number | null }[];
}

/** Over minutes to months: median, 95th and 99th percentile. */
export function LatencyChart({ data }: LatencyChartProps) {
  const tail = { name: 'p99', label: '99th percentile', color: 'gray.6', strokeDasharray: '2 3' };
  return (
    <LineChart
      h={240}
      data={data}
      dataKey="time"
      series={[
        ...(data.some(({ p99 }) => p99 !== undefined) ? [tail] : []),
        { name: 'p95', label: '95th percentile', color: 'parley.6' },
        { name: 'p50', label: 'Median', color: 'gray.6', strokeDasharray: '5 4' },
      ]}
      valueFormatter={durationText}
      curveType="linear"
      // A time without messages has no latency: the line breaks there.
      connectNulls={false}
      dotProps={{ r: 2.5 }}
      tickLine="none"
      withLegend
      legendProps={{ verticalAlign: 'bottom', height: 32 }}
      xAxisProps={{ interval: 'preserveStartEnd', minTickGap: 28 }}
      yAxisProps={{ width: 64 }}
      lineProps={{ isAnimationActive: false }}
    />
  );
}
