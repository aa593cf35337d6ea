import { Anchor, Text } from '@mantine/core';
import Link from 'next/link';
import { ChartCard } from './chart-card.tsx';
import { count, durationOrNone, durationText, timeOfDay } from './format.ts';
import { promisedKpis } from './judge-kpis.ts';
import { KpiCard } from './kpi-card.tsx';
import type { KpiOverview } from './kpi-overview.ts';
import type { KpiDefinition } from './kpi-series.ts';
import { LatencyTable } from './latency-table.tsx';
import { lazyChart } from './lazy-chart.tsx';
import classes from './overview.module.css';
import { presentKpis } from './present-kpis.ts';

const MessagesChart = lazyChart(() => import('./charts.tsx').then((m) => m.MessagesChart));
const LatencyChart = lazyChart(() => import('./charts.tsx').then((m) => m.LatencyChart));

interface FiguresProps {
  overview: KpiOverview;
  definitions: readonly KpiDefinition[];
  windowMinutes: number;
}

export function Figures({ overview, definitions, windowMinutes }: FiguresProps) {
  const range = `${windowMinutes}min`;
  const messages = overview.messagesByMinute.map((m) => ({ time: timeOfDay(m.minute), messages: m.count }));
  const latency = overview.latencyByMinute.map((m) => ({ time: timeOfDay(m.minute), p50: m.p50Ms, p95: m.p95Ms }));
  const busiest = messages.reduce((a, b) => (b.messages > a.messages ? b : a), { time: '', messages: 0 });
  const slowest = latency.reduce<number | null>(
    (worst, { p95 }) => (p95 === null ? worst : Math.max(worst ?? 0, p95)),
    null,
  );
  const nothing = (
    <Text c="dimmed" size="sm">
      No messages in this window.{' '}
      <Anchor component={Link} href="/try-it">
        Send some
      </Anchor>
    </Text>
  );
  return (
    <>
      <h2 className={classes.section}>Promises</h2>
      <ul className={classes.cards}>
        {promisedKpis(overview, definitions).map((kpi) => (
          <KpiCard key={kpi.key} kpi={kpi} />
        ))}
      </ul>
      <h2 className={classes.section}>Right now</h2>
      <ul className={classes.cards} data-compact>
        {presentKpis(overview).map((kpi) => (
          <KpiCard key={kpi.key} kpi={kpi} />
        ))}
      </ul>
      <div className={classes.charts}>
        <ChartCard
          title="Messages per minute"
          summary={`Messages per minute since ${timeOfDay(overview.since)}: ${count(overview.messagesInWindow)} in all, most at ${busiest.time} with ${count(busiest.messages)}.`}
          empty={busiest.messages === 0 ? nothing : null}
          chart={<MessagesChart data={messages} />}
          table={{
            head: ['Minute', 'Messages'],
            rows: messages.toReversed().map((m) => [m.time, count(m.messages)]),
          }}
          range={range}
        />
        <ChartCard
          title="Time to store a message, at the server"
          summary={`From receipt to commit since ${timeOfDay(overview.since)}: the slowest minute’s 95th percentile was ${slowest === null ? 'not measured' : durationText(slowest)}.`}
          empty={slowest === null ? nothing : null}
          chart={<LatencyChart data={latency} />}
          table={{
            head: ['Minute', 'Median', '95th percentile'],
            rows: latency.toReversed().map((m) => [m.time, durationOrNone(m.p50), durationOrNone(m.p95)]),
          }}
          range={range}
        />
      </div>
      <LatencyTable overview={overview} range={range} />
    </>
  );
}
