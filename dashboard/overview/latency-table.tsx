import { ExportButton } from '../export/export-button.tsx';
import { count, durationOrNone } from './format.ts';
import type { KpiOverview } from './kpi-overview.ts';
import classes from './overview.module.css';
import { FigureTable } from './scroll-table.tsx';

const head = ['Leg', 'Median', '95th percentile', '99th percentile', 'Measured'];

/** The way of a message, leg by leg. */
export function LatencyTable({ overview, range }: { overview: KpiOverview; range: string }) {
  const legs = [
    { leg: 'Sender’s attempt → stored', p: overview.sentToCommit },
    { leg: 'Server’s receipt → stored', p: overview.acceptedToCommit },
    { leg: 'Stored → handed to a reader', p: overview.commitToDelivered },
  ];
  const rows = legs.map(({ leg, p }) => [
    leg,
    durationOrNone(p?.p50Ms ?? null),
    durationOrNone(p?.p95Ms ?? null),
    durationOrNone(p?.p99Ms ?? null),
    count(p?.count ?? 0),
  ]);
  return (
    <section className={classes.chartCard} aria-label="Latency, leg by leg">
      <div className={classes.chartHead}>
        <h3 className={classes.chartTitle}>Latency, leg by leg</h3>
        <ExportButton label="latency, leg by leg" page="latency" range={range} head={head} rows={rows} />
      </div>
      <FigureTable label="Latency" head={head} rows={rows} />
    </section>
  );
}
