import { Alert, Anchor, Button, SegmentedControl, Text } from '@mantine/core';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useRouter } from 'next/router';
import { useState } from 'react';
import type { Client } from '../../client/index.ts';
import { useObservable } from '../session/use-observable.ts';
import { Icon } from '../shell/icon.tsx';
import { ChartCard, ChartCardSkeleton } from './chart-card.tsx';
import { count, durationText, timeOfDay } from './format.ts';
import { Freshness } from './freshness.tsx';
import { presentKpis, promisedKpis } from './judge-kpis.ts';
import { KpiCard, KpiCardSkeleton } from './kpi-card.tsx';
import { defaultWindowMinutes, type KpiOverview, windows } from './kpi-overview.ts';
import classes from './overview.module.css';
import { useKpiOverview } from './use-kpi-overview.ts';

const chartSpace = () => <div className={classes.chartSpace} />;
const MessagesChart = dynamic(() => import('./charts.tsx').then((m) => m.MessagesChart), {
  ssr: false,
  loading: chartSpace,
});
const LatencyChart = dynamic(() => import('./charts.tsx').then((m) => m.LatencyChart), {
  ssr: false,
  loading: chartSpace,
});

export function Overview({ client }: { client: Client }) {
  const [windowMinutes, setWindowMinutes] = useWindowInUrl();
  const [paused, setPaused] = useState(false);
  const { overview, receivedAt, error, retry } = useKpiOverview(client, windowMinutes, paused);
  const connection = useObservable(client.connection);
  const live = connection.status === 'online' && overview !== null;
  const lost = receivedAt > 0 && !paused && (connection.status === 'waiting' || connection.status === 'offline');

  return (
    <>
      <div className={classes.head}>
        <h1 className={classes.title}>Overview</h1>
        <Freshness receivedAt={receivedAt} live={live} paused={paused} onPause={setPaused} />
        <SegmentedControl
          className={classes.window}
          value={String(windowMinutes)}
          onChange={(value) => setWindowMinutes(Number(value))}
          aria-label="How far to look back"
          data={windows.map(({ minutes, label }) => ({ value: String(minutes), label }))}
        />
      </div>
      {lost && (
        <Alert role="status" icon={<Icon name="offline" />} title="The connection was lost" mb="lg">
          These are the last figures that came. The page goes on by itself as soon as the server can be reached.
        </Alert>
      )}
      {error ? (
        <Alert role="alert" icon={<Icon name="alert" />} title="The figures could not be loaded" mb="lg">
          <Text size="sm" mb="sm">
            {error.code === 'FORBIDDEN' ? 'Only managers may see them. Sign in with a manager’s link.' : error.message}
          </Text>
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        </Alert>
      ) : (
        <div data-stale={lost || undefined} className={classes.body}>
          {overview ? <Figures overview={overview} /> : <FiguresSkeleton />}
        </div>
      )}
    </>
  );
}

function Figures({ overview }: { overview: KpiOverview }) {
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
        {promisedKpis(overview).map((kpi) => (
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
        />
        <ChartCard
          title="Time to store a message, at the server"
          summary={`From receipt to commit since ${timeOfDay(overview.since)}: the slowest minute’s 95th percentile was ${slowest === null ? 'not measured' : durationText(slowest)}.`}
          empty={slowest === null ? nothing : null}
          chart={<LatencyChart data={latency} />}
          table={{
            head: ['Minute', 'Median', '95th percentile'],
            rows: latency.toReversed().map((m) => [m.time, said(m.p50), said(m.p95)]),
          }}
        />
      </div>
      <LatencyTable overview={overview} />
    </>
  );
}

const said = (ms: number | null) => (ms === null ? 'No data' : durationText(ms));

function LatencyTable({ overview }: { overview: KpiOverview }) {
  const rows = [
    { leg: 'Sender’s attempt → stored', p: overview.sentToCommit },
    { leg: 'Server’s receipt → stored', p: overview.acceptedToCommit },
    { leg: 'Stored → handed to a reader', p: overview.commitToDelivered },
  ];
  return (
    <section className={classes.chartCard} aria-label="Latency, leg by leg">
      <h3 className={classes.chartTitle}>Latency, leg by leg</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on a narrow screen it scrolls, so the keyboard must reach it. */}
      <section className={classes.tableBox} tabIndex={0} aria-label="Latency, table">
        <table className={classes.table}>
          <thead>
            <tr>
              {['Leg', 'Median', '95th percentile', '99th percentile', 'Measured'].map((cell) => (
                <th key={cell} scope="col">
                  {cell}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ leg, p }) => (
              <tr key={leg}>
                <th scope="row">{leg}</th>
                <td>{said(p?.p50Ms ?? null)}</td>
                <td>{said(p?.p95Ms ?? null)}</td>
                <td>{said(p?.p99Ms ?? null)}</td>
                <td>{count(p?.count ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** While it is not yet known who looks: the page's shape, so that nothing jumps when the figures come. */
export function OverviewLoading() {
  return (
    <>
      <div className={classes.head}>
        <h1 className={classes.title}>Overview</h1>
      </div>
      <FiguresSkeleton />
    </>
  );
}

function FiguresSkeleton() {
  return (
    <div aria-busy="true" role="status" aria-label="Loading the figures">
      <h2 className={classes.section}>Promises</h2>
      <ul className={classes.cards}>
        {['a', 'b', 'c', 'd'].map((key) => (
          <KpiCardSkeleton key={key} />
        ))}
      </ul>
      <h2 className={classes.section}>Right now</h2>
      <ul className={classes.cards} data-compact>
        {['a', 'b', 'c', 'd', 'e'].map((key) => (
          <KpiCardSkeleton key={key} />
        ))}
      </ul>
      <div className={classes.charts}>
        <ChartCardSkeleton />
        <ChartCardSkeleton />
      </div>
    </div>
  );
}

/** The window lives in the address, so that a link shows what its sender saw. */
function useWindowInUrl(): [number, (minutes: number) => void] {
  const router = useRouter();
  const asked = Number(router.query.window);
  const known = windows.some(({ minutes }) => minutes === asked) ? asked : defaultWindowMinutes;
  return [
    known,
    (minutes) =>
      void router.replace({ pathname: '/', query: { window: minutes } }, undefined, { shallow: true, scroll: false }),
  ];
}
