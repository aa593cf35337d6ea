import { Skeleton, Tooltip, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon, type IconName } from '../shell/icon.tsx';
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
        <Tooltip
          label={definition}
          multiline
          w={280}
          withArrow
          position="bottom-end"
          // Stays within the page's landmarks: outside of them a screen reader finds it nowhere.
          withinPortal={false}
          events={{ hover: true, focus: true, touch: true }}
        >
          <UnstyledButton className={classes.info} aria-label={`${label}: what is measured`}>
            <Icon name="info" size={16} />
          </UnstyledButton>
        </Tooltip>
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
