import { count, decimal, duration, durationText, type Figure, percent } from './format.ts';
import type { KpiDefinition as Kpi, KpiSeries } from './kpi-series.ts';

/** "No data" is a verdict of its own: it is neither 0 nor good. */
export type Verdict = 'met' | 'missed' | 'no data';

export type Change = { readonly text: string; readonly tone: 'better' | 'worse' | 'neutral' };

/** A value in its unit. Shares are cut towards the worse; which way that is the target tells. */
export function figureOf({ unit, target }: Kpi, value: number): Figure {
  if (unit === 'MILLISECONDS') return duration(value);
  if (unit === 'COUNT') return { value: Number.isInteger(value) ? count(value) : decimal(value), unit: '' };
  // Where the target lies within a thousandth of an end, the digits behind it matter.
  const fine = target !== null && Math.min(target.value, 1 - target.value) < 0.01;
  return percent(value, fine ? 3 : 1, target?.comparison === 'BELOW' ? 'up' : 'down');
}

export function textOf(kpi: Kpi, value: number | null): string {
  if (value === null) return 'No data';
  const { value: number, unit } = figureOf(kpi, value);
  return unit ? `${number} ${unit}` : number;
}

export function judgeTarget(kpi: Kpi, value: number | null): { text: string; verdict: Verdict } | null {
  if (!kpi.target) return null;
  const words = { BELOW: 'under', ABOVE: 'over', AT_LEAST: 'at least' } as const;
  const { value: limit, comparison } = kpi.target;
  const text = `${kpi.unit === 'MILLISECONDS' ? 'p95 ' : ''}${words[comparison]} ${textOf(kpi, limit)}`;
  if (value === null) return { text, verdict: 'no data' };
  const met = { BELOW: value < limit, ABOVE: value > limit, AT_LEAST: value >= limit }[comparison];
  return { text, verdict: met ? 'met' : 'missed' };
}

/** How it was in the time before, in words; without data on one side there is nothing to compare. */
export function compare({ kpi, total, previous }: KpiSeries, { words }: { readonly words: string }): Change {
  const before = `the ${words} before`;
  if (previous.value === null) return { text: `No data for ${before}`, tone: 'neutral' };
  const was = `${before}: ${textOf(kpi, previous.value)}`;
  if (total.value === null) return { text: `In ${was}`, tone: 'neutral' };
  const difference = total.value - previous.value;
  // What nobody would see in the figures is no change.
  if (textOf(kpi, total.value) === textOf(kpi, previous.value)) return { text: `As in ${before}`, tone: 'neutral' };
  const rising = difference > 0;
  if (!kpi.target) return { text: `${rising ? 'Up' : 'Down'} from ${was}`, tone: 'neutral' };
  const better = rising === (kpi.target.comparison !== 'BELOW');
  return { text: `${better ? 'Better' : 'Worse'} than in ${was}`, tone: better ? 'better' : 'worse' };
}

/** What stands behind the figure. */
export function detailOf({ kpi, total }: KpiSeries): string {
  if (total.value === null || kpi.unit === 'COUNT') return '';
  if (total.interval) {
    const [low, high] = [percent(total.interval.low, 0, 'down').value, percent(total.interval.high, 0, 'up').value];
    return `${count(total.count)} ${total.count === 1 ? 'answer' : 'answers'} · ${low}–${high} %`;
  }
  const behind = total.latency ? `measured · half within ${durationText(total.latency.p50Ms)}` : 'in all';
  return `${count(total.count)} ${behind}`;
}
