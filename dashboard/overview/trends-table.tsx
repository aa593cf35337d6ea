import { timeText } from './format.ts';
import { textOf } from './judge-trend.ts';
import type { KpiSeries, Range } from './kpi-series.ts';
import classes from './overview.module.css';
import trendClasses from './trends.module.css';

/** The same numbers as the trends: a row for each hour, day, week or month, newest first. */
export function TrendsTable({ series, range }: { series: readonly KpiSeries[]; range: Range }) {
  const rows = series[0]!.points.map(({ start }, i) => ({ start, i })).toReversed();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
    <section className={trendClasses.tableBox} tabIndex={0} aria-label="Over time, table">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">From</th>
            {series.map(({ kpi }) => (
              <th key={kpi.metric} scope="col">
                {kpi.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ start, i }) => (
            <tr key={start}>
              <th scope="row">{timeText(start, range.bucket)}</th>
              {series.map(({ kpi, points }) => (
                <td key={kpi.metric}>{textOf(kpi, points[i]!.value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
