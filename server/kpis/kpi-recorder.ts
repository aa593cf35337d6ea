import type { Db } from '../db.ts';
import { isDatabaseAway } from '../errors.ts';
import { repeat } from '../repeat.ts';
import type { Log } from '../telemetry/log.ts';
import { type Buckets, Histogram } from './histogram.ts';
import type { CounterMetric, LatencyMetric, PeakMetric } from './kpi-metrics.ts';
import { writeKpiMinute } from './kpi-queries.ts';

/**
 * Measurements that survive a restart and add up over processes. They are counted in memory by the minute, and every five
 * seconds the minute's values so far are written to its rows, which belong to this process alone: writing them twice
 * changes nothing. A crash costs the last five seconds of them, and no message.
 */
export type KpiRecorder = {
  latency(metric: LatencyMetric, ms: number): void;
  count(metric: CounterMetric, n?: number): void;
  start(): void;
  /** Writes what is left. */
  stop(): Promise<void>;
};

const MINUTE_MS = 60_000;
const FLUSH_INTERVAL_MS = 5_000;
/** While PostgreSQL is away, minutes wait in memory (about 8 KB each); beyond an hour the oldest are given up. */
const MAX_WAITING_MINUTES = 60;

type Minute = {
  readonly startsAt: number;
  readonly latencies: Map<LatencyMetric, Histogram>;
  readonly counters: Map<CounterMetric | PeakMetric, number>;
  changed: boolean;
};

type Parts = {
  db: Db;
  processId: string;
  clock?: () => number;
  log: Log;
  /** How many there are now, looked at before each writing; kept is the most of the minute. */
  peaks?: () => Readonly<Partial<Record<PeakMetric, number>>>;
};

export function createKpiRecorder({ db, processId, clock = Date.now, log, peaks = () => ({}) }: Parts): KpiRecorder {
  let current = startMinute(clock());
  /** Finished minutes that are not in the database yet, oldest first. */
  const waiting: Minute[] = [];
  let writing: Minute | undefined;
  let failing = false;

  /** Never an earlier minute than before: a clock that is set back must not overwrite a minute with less. */
  function now(): Minute {
    const time = clock();
    if (time >= current.startsAt + MINUTE_MS) {
      // Writing it twice does no harm; one whose first write is under way may yet fail.
      if (current.changed || current === writing) waiting.push(current);
      const givenUp = waiting.length > MAX_WAITING_MINUTES ? waiting.shift() : undefined;
      if (givenUp) log.warn({ minute: new Date(givenUp.startsAt) }, 'KPIs of a minute are given up');
      current = startMinute(time);
    }
    return current;
  }

  function lookAtPeaks(): void {
    const minute = now();
    for (const [metric, n] of Object.entries(peaks()) as [PeakMetric, number][]) {
      if ((minute.counters.get(metric) ?? -1) >= n) continue;
      minute.counters.set(metric, n);
      minute.changed = true;
    }
  }

  async function flush(): Promise<void> {
    lookAtPeaks();
    for (let minute = waiting[0]; minute; minute = waiting[0]) {
      await write(minute);
      if (waiting[0] === minute) waiting.shift();
    }
    if (current.changed) await write(current);
    if (failing) log.info('KPIs are stored again');
    failing = false;
  }

  function onError(err: unknown): void {
    if (!failing) log.warn({ err, away: isDatabaseAway(err) }, 'KPIs cannot be stored; they are kept and tried again');
    failing = true;
  }

  async function write(minute: Minute): Promise<void> {
    writing = minute;
    minute.changed = false;
    try {
      for (const row of rowsOf(minute))
        await writeKpiMinute(db, { minute: new Date(minute.startsAt), processId, ...row });
    } catch (error) {
      minute.changed = true;
      throw error;
    } finally {
      writing = undefined;
    }
  }

  const flushing = repeat({ intervalMs: FLUSH_INTERVAL_MS, enabled: true, onError }, flush);

  return {
    latency(metric, ms) {
      const minute = now();
      histogramOf(minute, metric).record(ms);
      minute.changed = true;
    },
    count(metric, n = 1) {
      const minute = now();
      minute.counters.set(metric, (minute.counters.get(metric) ?? 0) + n);
      minute.changed = true;
    },
    start: () => flushing.start(),
    async stop() {
      await flushing.stop();
      await flush().catch(onError);
    },
  };
}

const startMinute = (time: number): Minute => ({
  startsAt: Math.floor(time / MINUTE_MS) * MINUTE_MS,
  latencies: new Map(),
  counters: new Map(),
  changed: false,
});

function histogramOf({ latencies }: Minute, metric: LatencyMetric): Histogram {
  let histogram = latencies.get(metric);
  if (!histogram) {
    histogram = new Histogram();
    latencies.set(metric, histogram);
  }
  return histogram;
}

/** Taken before the first is written, so that all rows of a minute show the same moment. */
function rowsOf({ latencies, counters }: Minute): { metric: string; count: number; buckets?: Buckets }[] {
  return [
    ...[...latencies].map(([metric, histogram]) => ({
      metric,
      count: histogram.count,
      buckets: histogram.toBuckets(),
    })),
    ...[...counters].map(([metric, count]) => ({ metric, count })),
  ];
}
