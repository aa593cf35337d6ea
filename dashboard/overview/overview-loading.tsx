import { ChartCardSkeleton } from './chart-card.tsx';
import { KpiCardSkeleton } from './kpi-card.tsx';
import classes from './overview.module.css';

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

export function FiguresSkeleton() {
  return (
    <div aria-busy="true" role="status" aria-label="Loading the figures">
      <h2 className={classes.section}>Promises</h2>
      <ul className={classes.cards}>
        {['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => (
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
