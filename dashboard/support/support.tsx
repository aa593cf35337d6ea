import { Skeleton } from '@mantine/core';
import { useState } from 'react';
import type { Client } from '../../client/index.ts';
import { count } from '../overview/format.ts';
import { KpiCard, KpiCardSkeleton } from '../overview/kpi-card.tsx';
import overview from '../overview/overview.module.css';
import { Trends } from '../overview/trends.tsx';
import { useRangeInUrl } from '../overview/use-range-in-url.ts';
import { Failed } from '../session/failed.tsx';
import { useAnswer } from '../session/use-answer.ts';
import { AgentTable } from './agent-table.tsx';
import { HeatMap } from './heat-map.tsx';
import classes from './support.module.css';
import { type SupportDesk, supportDeskQuery, supportMetrics, type Traffic, trafficQuery } from './support-desk.ts';

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** How the desk is doing: who waits, who works, how long it takes, and when it is busy. */
export function Support({ client }: { client: Client }) {
  const { data, error, askAgain } = useAnswer<SupportDesk>(client, supportDeskQuery, {}, 5_000);
  return (
    <>
      <Heading />
      {error && <Failed title="The figures could not be loaded" error={error} onRetry={askAgain} />}
      {!data && !error && <NowSkeleton />}
      {data && <Now desk={data} />}
      <Trends client={client} paused={false} metrics={supportMetrics} page="support" />
      <div className={classes.columns}>
        <TrafficCard client={client} />
        <section className={overview.chartCard} aria-label="Load per agent">
          <h3 className={overview.chartTitle}>Load per agent</h3>
          {data ? <AgentTable loads={data.agentLoads} /> : <Skeleton height={120} mt={16} />}
        </section>
      </div>
    </>
  );
}

const Heading = () => (
  <div className={overview.head}>
    <h1 className={overview.title}>Support</h1>
  </div>
);

function Now({ desk: { kpiOverview: now } }: { desk: SupportDesk }) {
  const cards = [
    ['waiting', 'Waiting', 'Conversations that no agent has claimed yet.', now.waitingConversations],
    ['open', 'Open', 'Conversations with an agent.', now.openConversations],
    ['closed', 'Closed', 'Conversations that are finished, since the installation.', now.closedConversations],
  ] as const;
  return (
    <>
      <h2 className={overview.section}>Right now</h2>
      <ul className={`${overview.cards} ${classes.now}`} data-compact>
        {cards.map(([key, label, definition, n]) => (
          <KpiCard
            key={key}
            kpi={{ key, label, definition, figure: { value: count(n), unit: '' }, detail: '', target: null }}
          />
        ))}
      </ul>
    </>
  );
}

function TrafficCard({ client }: { client: Client }) {
  const [range] = useRangeInUrl();
  // Moves on by the hour; asked for as long as the page is open.
  const [to] = useState(() => new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000));
  const from = new Date(to.getTime() - range.ms);
  const { data, error, askAgain } = useAnswer<Traffic>(client, trafficQuery, { from, to, timeZone }, 60_000);
  return (
    <section className={overview.chartCard} aria-label="Messages by weekday and hour">
      <h3 className={overview.chartTitle}>Messages by weekday and hour</h3>
      <p className={classes.lead}>
        On average in such an hour of the last {range.words}, {timeZone.replaceAll('_', ' ')}.
      </p>
      {error && !data && <Failed title="The traffic could not be loaded" error={error} onRetry={askAgain} />}
      {data ? <HeatMap traffic={data.trafficByHour} range={range.key} /> : !error && <Skeleton height={220} />}
    </section>
  );
}

function NowSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading the figures">
      <h2 className={overview.section}>Right now</h2>
      <ul className={`${overview.cards} ${classes.now}`} data-compact>
        {['a', 'b', 'c'].map((key) => (
          <KpiCardSkeleton key={key} />
        ))}
      </ul>
    </div>
  );
}

export function SupportLoading() {
  return (
    <>
      <Heading />
      <NowSkeleton />
    </>
  );
}
