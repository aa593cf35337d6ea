import { count, durationOrNone } from './format.ts';
import type { KpiOverview } from './kpi-overview.ts';
import classes from './overview.module.css';

/** The way of a message, leg by leg. */
export function LatencyTable({ overview }: { overview: KpiOverview }) {
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
                <td>{durationOrNone(p?.p50Ms ?? null)}</td>
                <td>{durationOrNone(p?.p95Ms ?? null)}</td>
                <td>{durationOrNone(p?.p99Ms ?? null)}</td>
                <td>{count(p?.count ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
