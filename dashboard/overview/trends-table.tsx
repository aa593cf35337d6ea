import { timeText } from './format.ts';
import { textOf } from './judge-trend.ts';
import type { KpiSeries, Range } from './kpi-series.ts';
import { FigureTable } from './scroll-table.tsx';
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
  return <FigureTable label="Over time" head={head} rows={rows} keys={starts} boxClass={trendClasses.tableBox} />;
}
