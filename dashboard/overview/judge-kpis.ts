import { count, durationText, type Figure, percent } from './format.ts';
import { figureOf, judgeTarget, type Verdict } from './judge-trend.ts';
import type { KpiOverview } from './kpi-overview.ts';
import type { KpiDefinition } from './kpi-series.ts';

export interface Kpi {
  readonly key: string;
  readonly label: string;
  /** What exactly is measured; shown on hover and focus. */
  readonly definition: string;
  readonly figure: Figure | null;
  /** A second line with what stands behind the figure. */
  readonly detail: string;
  /** Null for figures that are neither good nor bad. */
  readonly target: { readonly text: string; readonly verdict: Verdict } | null;
}

/** How each of the figures that Parley is held to is found in the window; what it is, and its target, the server says. */
const promised: readonly {
  readonly metric: string;
  readonly key: string;
  value(o: KpiOverview): number | null;
  detail(o: KpiOverview): string;
  readonly none: string;
}[] = [
  {
    metric: 'SENT_TO_STORED',
    key: 'latency',
    value: (o) => o.sentToCommit?.p95Ms ?? null,
    detail: ({ sentToCommit: p }) => (p ? `p50 ${durationText(p.p50Ms)} · p99 ${durationText(p.p99Ms)}` : ''),
    none: 'No timed message in this window',
  },
  {
    metric: 'STORED_RATIO',
    key: 'stored',
    value: (o) => o.storedRatio,
    detail: (o) => `${count(o.messagesInWindow)} messages in this window`,
    none: 'No send in this window',
  },
  {
    metric: 'DELIVERED_RATIO',
    key: 'delivered',
    value: (o) => o.deliveredRatio,
    detail: () => 'of what had a recipient online',
    none: 'Nobody was online to receive',
  },
  {
    metric: 'UPTIME',
    key: 'uptime',
    value: (o) => o.uptimeRatio,
    detail: () => 'of the minutes of this window',
    none: 'No minute was judged yet',
  },
  {
    metric: 'CONSISTENCY',
    key: 'consistency',
    value: (o) => o.consistencyRatio,
    detail: () => 'of the conversations looked at',
    none: 'No conversation was looked at yet',
  },
  {
    metric: 'ERROR_RATIO',
    key: 'errors',
    value: (o) => o.errorRatio,
    detail: () => 'of all operations',
    none: 'No operation in this window',
  },
  {
    metric: 'CSAT',
    key: 'csat',
    value: (o) => o.csat?.ratio ?? null,
    detail: ({ csat }) => (csat ? csatDetail(csat) : ''),
    none: 'No answer yet',
  },
];

/** The figures that Parley is held to. Those whose definition is not known are not shown: a server of another version. */
export function promisedKpis(overview: KpiOverview, definitions: readonly KpiDefinition[]): Kpi[] {
  return promised.flatMap(({ metric, key, value: read, detail, none }) => {
    const kpi = definitions.find((definition) => definition.metric === metric);
    if (!kpi) return [];
    const value = read(overview);
    return {
      key,
      label: kpi.name,
      definition: kpi.definition,
      figure: value === null ? null : figureOf(kpi, value),
      detail: value === null ? none : detail(overview),
      target: judgeTarget(kpi, value),
    };
  });
}

function csatDetail({
  answers,
  ninetyFivePercentLow: low,
  ninetyFivePercentHigh: high,
}: NonNullable<KpiOverview['csat']>) {
  const range = `${percent(low, 0, 'down').value}–${percent(high, 0, 'up').value} %`;
  return `${count(answers)} ${answers === 1 ? 'answer' : 'answers'} in all · ${range}`;
}
