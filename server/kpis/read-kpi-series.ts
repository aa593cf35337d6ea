import type { Db } from '../db.ts';
import type { LongReads } from '../long-reads.ts';
import { Histogram } from './histogram.ts';
import type { Kpi, RollupCounter } from './kpi-definitions.ts';
import {
  type CalendarUnit,
  readCalendar,
  readMeasuredSince,
  readPeaks,
  readSums,
  type Stretches,
} from './kpi-series-queries.ts';
import type { JudgedKpi } from './set-target.ts';
import { coverRange } from './spans.ts';
import { countsUpTo, histogramsUpTo } from './sums-between.ts';
import { wilsonInterval } from './wilson-interval.ts';

/** A range of time that was checked: whole quarters of an hour, not too many buckets. */
export type SeriesRange = { from: Date; to: Date; unit: CalendarUnit; timeZone: string };

/** What a figure was in some time. Without data the value is null, never 0. */
export type KpiValue = {
  readonly value: number | null;
  readonly count: number;
  readonly latency: { p50Ms: number; p90Ms: number; p95Ms: number; p99Ms: number; count: number } | null;
  readonly interval: { low: number; high: number } | null;
};
export type KpiPoint = KpiValue & { readonly start: Date; readonly end: Date };
export type KpiSeries = {
  readonly kpi: JudgedKpi;
  readonly from: Date;
  readonly to: Date;
  readonly points: readonly KpiPoint[];
  readonly total: KpiValue;
  /** Read when it is asked for, because it is as much again; of all figures together. */
  previous(): Promise<KpiValue>;
};

const nothing: KpiValue = { value: null, count: 0, latency: null, interval: null };

const MINUTE_MS = 60_000;

type Part = { readonly start: number; readonly end: number };

/**
 * Key figures over any range up to two years, from kpi_rollup alone: no message and no minute is read. All figures asked for
 * come from the same few statements.
 */
export async function readKpiSeries(
  longReads: LongReads,
  figures: readonly JudgedKpi[],
  range: SeriesRange,
): Promise<KpiSeries[]> {
  const { from, to } = range;
  const starts = (await longReads.run((db) => readCalendar(db, range))).map((at) => at.getTime());
  const [fromMs, toMs] = [from.getTime(), to.getTime()];
  const buckets = starts.map((start, i) => ({ start: Math.max(start, fromMs), end: starts[i + 1] ?? toMs }));
  const whole = { start: fromMs, end: toMs };
  // As long as the range itself, directly before it.
  const before = { start: fromMs - (toMs - fromMs), end: fromMs };
  const parts: Part[] = [...buckets, whole];

  const read = await longReads.run((db) => readParts(db, parts, figures));
  let readBefore: ReturnType<typeof readParts> | undefined;
  return figures.map((kpi) => {
    const values = parts.map((part, i) => read(kpi, part, i));
    return {
      kpi,
      from,
      to,
      points: buckets.map(({ start, end }, i) => ({ start: new Date(start), end: new Date(end), ...values[i]! })),
      total: values.at(-1)!,
      async previous() {
        readBefore ??= longReads.run((db) => readParts(db, [before], figures));
        return (await readBefore)(kpi, before, 0);
      },
    };
  });
}

type Figure = Pick<Kpi, 'from'>;

async function readParts(db: Db, parts: readonly Part[], figures: readonly Figure[]) {
  const latencies = new Set(figures.flatMap(({ from }) => ('latency' in from ? [from.latency] : [])));
  const counters = new Set(figures.flatMap(countersOf));
  const peaks = new Set(figures.flatMap(({ from }) => ('peak' in from ? [from.peak] : [])));
  const [latencyOf, [sumOf, since]] = await Promise.all([
    readLatencies(db, parts, [...latencies]),
    (async () => {
      const counts = await readCounts(db, parts, [...counters]);
      const highest = await readHighest(db, parts, [...peaks]);
      const first = await readMeasuredSince(db);
      return [new Map([...counts, ...highest]), first?.getTime() ?? Number.POSITIVE_INFINITY] as const;
    })(),
  ]);
  const now = Date.now();

  return ({ from }: Figure, { start, end }: Part, part: number): KpiValue => {
    if ('latency' in from) {
      const found = latencyOf.get(from.latency)?.[part] ?? nothing;
      return found.latency && from.share === 0.9 ? { ...found, value: found.latency.p90Ms } : found;
    }
    if ('peak' in from) {
      const highest = sumOf.get(from.peak)?.[part];
      return { ...nothing, value: highest ?? null, count: highest ?? 0 };
    }
    const counted = (metric: RollupCounter) => sumOf.get(metric)?.[part] ?? 0;
    if ('count' in from) {
      // Nothing counted is 0 while somebody counted, and unknown before and after.
      const known = since < end && start <= now;
      return { ...nothing, value: known ? counted(from.count) : null, count: counted(from.count) };
    }
    const wholes = from.whole.reduce((sum, metric) => sum + counted(metric), 0);
    return ratioOf(counted(from.part), wholes, 'isSurvey' in from);
  };
}

const countersOf = ({ from }: Figure): RollupCounter[] => {
  if ('latency' in from || 'peak' in from) return [];
  return 'count' in from ? [from.count] : [from.part, ...from.whole];
};

/** Where parts begin and end, in minutes since 1970; each once. */
const momentsOf = (parts: readonly Part[]): number[] =>
  [...new Set(parts.flatMap(({ start, end }) => [start / MINUTE_MS, end / MINUTE_MS]))].sort((a, b) => a - b);

/** Two at a time: while the histograms of one are taken apart here, PostgreSQL writes those of the next. */
async function readLatencies(db: Db, parts: readonly Part[], metrics: readonly string[]) {
  const moments = momentsOf(parts);
  const values = new Map<string, KpiValue[]>();
  const waiting = metrics.values();
  async function readOnes() {
    const difference = new Histogram();
    for (const metric of waiting) {
      const upTo = await histogramsUpTo(await readSums(db, [metric], moments), moments);
      const at = new Map(moments.map((moment, i) => [moment, upTo[i]!]));
      const between = ({ start, end }: Part) => at.get(end / MINUTE_MS)!.since(at.get(start / MINUTE_MS)!, difference);
      values.set(
        metric,
        parts.map((part) => percentilesOf(between(part))),
      );
    }
  }
  await Promise.all([readOnes(), readOnes()]);
  return values;
}

async function readCounts(db: Db, parts: readonly Part[], metrics: readonly string[]) {
  const values = new Map<string, number[]>();
  if (metrics.length === 0) return values;
  const moments = momentsOf(parts);
  const sums = Map.groupBy(await readSums(db, metrics, moments), ({ metric }) => metric);
  for (const [metric, own] of sums) {
    const upTo = countsUpTo(own, moments);
    const at = new Map(moments.map((moment, i) => [moment, upTo[i]!]));
    values.set(
      metric,
      parts.map(({ start, end }) => at.get(end / MINUTE_MS)! - at.get(start / MINUTE_MS)!),
    );
  }
  return values;
}

async function readHighest(db: Db, parts: readonly Part[], metrics: readonly string[]) {
  const rows = metrics.length > 0 ? await readPeaks(db, stretchesOf(parts), metrics) : [];
  const values = new Map(metrics.map((metric) => [metric, [] as number[]]));
  for (const { part, metric, highest } of rows) values.get(metric)![part] = highest;
  return values;
}

function stretchesOf(parts: readonly Part[]): Stretches {
  const all = parts.flatMap(({ start, end }, part) => coverRange(start, end).map((stretch) => ({ part, ...stretch })));
  return {
    part: all.map(({ part }) => part),
    span: all.map(({ spanMinutes }) => spanMinutes),
    from: all.map(({ from }) => from / MINUTE_MS),
    to: all.map(({ to }) => to / MINUTE_MS),
  };
}

const SHARES = [0.5, 0.9, 0.95, 0.99];

function percentilesOf(histogram: Histogram): KpiValue {
  const { count } = histogram;
  if (count === 0) return nothing;
  const [p50Ms, p90Ms, p95Ms, p99Ms] = histogram.percentiles(SHARES) as [number, number, number, number];
  return { ...nothing, value: p95Ms, count, latency: { p50Ms, p90Ms, p95Ms, p99Ms, count } };
}

function ratioOf(part: number, whole: number, isSurvey: boolean): KpiValue {
  if (whole === 0) return nothing;
  return { ...nothing, value: part / whole, count: whole, interval: isSurvey ? wilsonInterval(part, whole) : null };
}
