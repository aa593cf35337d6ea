import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon, type IconName } from '../shell/icon.tsx';
import { useHint } from '../shell/use-hint.tsx';
import type { Kpi } from './judge-kpis.ts';
import type { Verdict } from './judge-trend.ts';
import classes from './overview.module.css';

const verdicts: Record<Verdict, { icon: IconName; text: string }> = {
  met: { icon: 'checkCircle', text: 'Target met' },
  missed: { icon: 'alert', text: 'Target missed' },
  'no data': { icon: 'dashCircle', text: 'No data' },
};

interface KpiCardProps {
  kpi: Kpi;
  /** Between the figure and its target. */
  children?: ReactNode;
}

export function KpiCard({ kpi: { key, label, definition, figure, detail, target }, children }: KpiCardProps) {
  return (
    <li className={classes.card} data-kpi={key}>
      <div className={classes.cardHead}>
        <h3 className={classes.cardLabel}>{label}</h3>
        <Definition of={label}>{definition}</Definition>
      </div>
      <p className={classes.figure}>
        {figure ? (
          <>
            {figure.value}
            {figure.unit && <span className={classes.unit}>{figure.unit}</span>}
          </>
        ) : (
          <span className={classes.none}>No data</span>
        )}
      </p>
      {detail && <p className={classes.detail}>{detail}</p>}
      {children}
      {target && <Target {...target} />}
    </li>
  );
}

function Definition({ of, children }: { of: string; children: string }) {
  const { control, hint } = useHint<HTMLButtonElement>({
    label: children,
    multiline: true,
    w: 280,
    withArrow: true,
    position: 'bottom-end',
    byTap: true,
  });
  return (
    <>
      <button {...control} type="button" className={classes.info} aria-label={`${of}: what is measured`}>
        <Icon name="info" size={16} />
      </button>
      {hint}
    </>
  );
}

function Target({ text, verdict }: NonNullable<Kpi['target']>) {
  const { icon, text: said } = verdicts[verdict];
  return (
    <p className={classes.target} data-verdict={verdict}>
      <Icon name={icon} size={16} />
      <span>
        {said}
        <span className={classes.targetText}> · {text}</span>
      </span>
    </p>
  );
}

export function KpiCardSkeleton() {
  return (
    <li className={classes.card}>
      <Skeleton height={14} width="45%" />
      <Skeleton height={34} width="60%" mt={14} />
      <Skeleton height={12} width="75%" mt={16} />
    </li>
  );
}
