import { makeDashboard } from './dashboard.ts';
import { lines, number, type Panel } from './panels.ts';

/** The recorded error ratios of prometheus/rules.yml, by the name of the objective. */
type Objective = { readonly slo: string; readonly title: string; readonly about: string; readonly target: number };

const objectives: readonly Objective[] = [
  {
    slo: 'latency',
    title: 'Latency',
    about: 'Share of messages committed within 100 ms of the sender’s attempt. Target: 95 %.',
    target: 0.95,
  },
  {
    slo: 'stored',
    title: 'Stored',
    about: 'Share of send attempts stored, without those that were the caller’s fault. Target: 99.99 %.',
    target: 0.9999,
  },
  {
    slo: 'operations',
    title: 'Operations',
    about: 'Share of GraphQL operations without a fault of ours. Target: 99.9 %.',
    target: 0.999,
  },
  {
    slo: 'uptime',
    title: 'Uptime',
    about: 'Share of time in which at least one process answered Prometheus. Target: 99.9 %.',
    target: 0.999,
  },
];

const errors = (slo: string, window: string) => `parley:slo_errors:ratio_${window}{slo="${slo}"}`;

function panelsOf({ slo, title, about, target }: Objective): Panel[] {
  return [
    number({
      title: `${title}, 3 days`,
      about,
      unit: 'percentunit',
      expr: `1 - ${errors(slo, '3d')}`,
      steps: [['red'], ['green', target]],
      decimals: 3,
    }),
    number({
      title: `${title}: budget left, 3 days`,
      about: 'What is left of the errors that the target allows. Below 0 the target is missed.',
      unit: 'percentunit',
      expr: `1 - ${errors(slo, '3d')} / ${round(1 - target)}`,
      steps: [['red'], ['orange', 0.25], ['green', 0.5]],
    }),
    lines({
      title: `${title}: burn rate`,
      about:
        'How many times faster than allowed the budget is spent. 14.4 pages within minutes, 6 within half an hour, 1 is a ticket.',
      unit: 'short',
      queries: {
        '1 hour': `${errors(slo, '1h')} / ${round(1 - target)}`,
        '6 hours': `${errors(slo, '6h')} / ${round(1 - target)}`,
        '3 days': `${errors(slo, '3d')} / ${round(1 - target)}`,
      },
      target: 1,
    }),
  ];
}

/** 1 − 0.9999 is not 0.0001 to a machine. */
const round = (share: number) => Number(share.toFixed(6));

export const slos = makeDashboard({
  name: 'slos',
  title: 'SLOs',
  about: 'The targets that Parley is measured by, what is left of their error budgets, and how fast they burn.',
  rows: Object.fromEntries(objectives.map((objective) => [objective.title, panelsOf(objective)])),
});
