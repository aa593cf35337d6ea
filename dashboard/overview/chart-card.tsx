import { SegmentedControl, Skeleton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ExportButton } from '../export/export-button.tsx';
import classes from './overview.module.css';
import { FigureTable } from './scroll-table.tsx';
import { useSeen } from './use-seen.ts';

interface ChartCardProps {
  title: string;
  /** One sentence with what the chart shows, for those who do not see it. */
  summary: string;
  /** Shown in place of both, when there is nothing to draw. */
  empty: ReactNode | null;
  chart: ReactNode;
  table: { head: readonly string[]; rows: readonly (readonly string[])[] };
  /** What its table is named after as a file: the range that is shown. */
  range: string;
}

/** A chart, and the same numbers as a table. */
export function ChartCard({ title, summary, empty, chart, table, range }: ChartCardProps) {
  const [shown, setShown] = useState('chart');
  const { ref, seen } = useSeen<HTMLDivElement>();
  return (
    <section className={classes.chartCard} aria-label={title}>
      <div className={classes.chartHead}>
        <h3 className={classes.chartTitle}>{title}</h3>
        {!empty && <ExportButton label={title} page={title} range={range} {...table} />}
        <SegmentedControl
          size="xs"
          value={shown}
          onChange={setShown}
          aria-label={`${title}: show as`}
          data={[
            { value: 'chart', label: 'Chart' },
            { value: 'table', label: 'Table' },
          ]}
        />
      </div>
      <div className={classes.chartBody}>
        {empty && <div className={classes.empty}>{empty}</div>}
        {!empty && shown === 'chart' && (
          <div ref={ref} role="img" aria-label={summary} className={classes.chartSpace}>
            {seen && chart}
          </div>
        )}
        {!empty && shown === 'table' && <FigureTable label={title} head={table.head} rows={table.rows} />}
      </div>
    </section>
  );
}

export function ChartCardSkeleton() {
  return (
    <div className={classes.chartCard}>
      <Skeleton height={16} width={160} mb={24} />
      <Skeleton height={240} />
    </div>
  );
}
