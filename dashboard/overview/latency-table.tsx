import { ExportButton } from '../export/export-button.tsx';
import { count, durationOrNone } from './format.ts';
import type { KpiOverview } from './kpi-overview.ts';
import classes from './overview.module.css';

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
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on a narrow screen it scrolls, so the keyboard must reach it. */}
      <section className={classes.tableBox} tabIndex={0} aria-label="Latency, table">
        <table className={classes.table}>
          <thead>
            <tr>
              {head.map((cell) => (
                <th key={cell} scope="col">
                  {cell}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([leg, ...cells]) => (
              <tr key={leg}>
                <th scope="row">{leg}</th>
                {cells.map((cell, i) => (
                  <td key={head[i + 1]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
