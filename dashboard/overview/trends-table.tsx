import { timeText } from './format.ts';
import { textOf } from './judge-trend.ts';
import type { KpiSeries, Range } from './kpi-series.ts';
import classes from './overview.module.css';
import trendClasses from './trends.module.css';

/** The same numbers as the trends: a row for each hour, day, week or month, newest first. */
export function trendsTable(series: readonly KpiSeries[], range: Range): { head: string[]; rows: string[][] } {
  const starts = series[0]!.points.map(({ start }, i) => ({ start, i })).toReversed();
  return {
    head: ['From', ...series.map(({ kpi }) => kpi.name)],
    rows: starts.map(({ start, i }) => [
      timeText(start, range.bucket),
      ...series.map(({ kpi, points }) => textOf(kpi, points[i]!.value)),
    ]),
  };
}

export function TrendsTable({ series, range }: { series: readonly KpiSeries[]; range: Range }) {
  const { head, rows } = trendsTable(series, range);
  const starts = series[0]!.points.map(({ start }) => start).toReversed();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
    <section className={trendClasses.tableBox} tabIndex={0} aria-label="Over time, table">
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
          {rows.map(([first, ...rest], i) => (
            <tr key={starts[i]}>
              <th scope="row">{first}</th>
              {rest.map((cell, column) => (
                <td key={head[column + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
