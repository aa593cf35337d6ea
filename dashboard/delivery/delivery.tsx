import { Anchor } from '@mantine/core';
import Link from 'next/link';
import type { Client } from '../../client/index.ts';
import { promisedKpis } from '../overview/judge-kpis.ts';
import { KpiCard, KpiCardSkeleton } from '../overview/kpi-card.tsx';
import type { KpiOverview } from '../overview/kpi-overview.ts';
import type { KpiDefinition } from '../overview/kpi-series.ts';
import { LatencyTable } from '../overview/latency-table.tsx';
import { LiveFigures } from '../overview/live-figures.tsx';
import overviewClasses from '../overview/overview.module.css';
import { presentKpis } from '../overview/present-kpis.ts';
import { Trends } from '../overview/trends.tsx';
import settings from '../settings/settings.module.css';
import classes from './delivery.module.css';
import { deliveryMetrics } from './delivery-series.ts';
import { LatencyOverTime } from './latency-over-time.tsx';
import { SlowestMessagesTable } from './slowest-messages-table.tsx';

/** Whether messages arrive, and how fast: what operators and managers ask when somebody says "it hangs". */
export function Delivery({ client }: { client: Client }) {
  return (
    <LiveFigures
      client={client}
      title="Delivery"
      skeleton={<NowSkeleton />}
      now={(overview, definitions, windowMinutes) => (
        <Now overview={overview} definitions={definitions} range={`${windowMinutes}min`} />
      )}
      overTime={(paused) => (
        <>
          <Trends client={client} paused={paused} metrics={deliveryMetrics} page="delivery" />
          <LatencyOverTime client={client} />
          <SlowestMessagesTable client={client} />
          <p className={settings.lead}>
            One message in particular? Its{' '}
            <Anchor component={Link} href="/journey">
              journey
            </Anchor>{' '}
            says when it was stored, published, delivered and read.
          </p>
        </>
      )}
    />
  );
}

const promised = ['latency', 'stored', 'delivered', 'errors'];
const present = ['outbox', 'deadLetters', 'online'];

interface NowProps {
  overview: KpiOverview;
  definitions: readonly KpiDefinition[];
  range: string;
}

function Now({ overview, definitions, range }: NowProps) {
  return (
    <>
      <h2 className={overviewClasses.section}>Promises</h2>
      <ul className={overviewClasses.cards}>
        {promisedKpis(overview, definitions)
          .filter(({ key }) => promised.includes(key))
          .map((kpi) => (
            <KpiCard key={kpi.key} kpi={kpi} />
          ))}
      </ul>
      <h2 className={overviewClasses.section}>Right now</h2>
      <ul className={`${overviewClasses.cards} ${classes.now}`} data-compact>
        {presentKpis(overview)
          .filter(({ key }) => present.includes(key))
          .map((kpi) => (
            <KpiCard key={kpi.key} kpi={kpi}>
              {kpi.key === 'deadLetters' && overview.deadLetters > 0 && (
                <Anchor component={Link} href="/dead-letters" size="sm">
                  Look at them
                </Anchor>
              )}
            </KpiCard>
          ))}
      </ul>
      <LatencyTable overview={overview} range={range} />
    </>
  );
}

function NowSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading the figures">
      <h2 className={overviewClasses.section}>Promises</h2>
      <ul className={overviewClasses.cards}>
        {promised.map((key) => (
          <KpiCardSkeleton key={key} />
        ))}
      </ul>
      <h2 className={overviewClasses.section}>Right now</h2>
      <ul className={`${overviewClasses.cards} ${classes.now}`} data-compact>
        {present.map((key) => (
          <KpiCardSkeleton key={key} />
        ))}
      </ul>
    </div>
  );
}

export function DeliveryLoading() {
  return (
    <>
      <div className={overviewClasses.head}>
        <h1 className={overviewClasses.title}>Delivery</h1>
      </div>
      <NowSkeleton />
    </>
  );
}
