import type { Db } from '../server/db.ts';
import { inTx } from '../server/db.ts';
import { SINCE_MIDNIGHT } from '../server/kpis/kpi-series-queries.ts';
import { advanceMarks } from '../server/kpis/message-count.ts';
import { writeMarks } from '../server/kpis/message-count-queries.ts';
import { rollUpKpis } from '../server/kpis/roll-up-kpis.ts';
import { rollUpSpan } from '../server/kpis/roll-up-queries.ts';
import { ceilToQuarter, floorToQuarter, SPANS } from '../server/kpis/spans.ts';
import type { Measured, Measurements } from './measurements.ts';
import { storeRows } from './store-rows.ts';
import { DAY_MS, type Span } from './story.ts';

/** The one process that had measured all this. */
const PROCESS = 'de300000-0000-7000-8000-00000000abcd';
/** Long ago, by the server's own rules: more than it would add up again. */
const LATE_MS = 2 * 3_600_000;

/** What the server counts in the tables, or in other minutes, itself. */
const countedInTables = new Set(['messages', 'minutes_judged', 'minutes_up', 'survey_answers', 'survey_satisfied']);

/** Stores what was measured as the recorder does, and lets the server's own code add up and count what it adds up and counts. */
export async function writeMeasurements(db: Db, measurements: Measurements, { from, to }: Span): Promise<void> {
  await db.turn.create({ data: { name: 'canary', nextAt: new Date(to), countingSince: new Date(from - 60_000) } });
  const minutes = measurements.minutes.filter(({ metric }) => !countedInTables.has(metric));
  await storeRows(db, 'kpi_minute', minutes.map(toMinute));
  const first = Math.min(...minutes.map(({ startsAt }) => startsAt));
  const addedUpTo = floorToQuarter(first + LATE_MS) + 2 * SPANS[0] * 60_000;
  const quarters = measurements.quarters.filter(({ startsAt }) => startsAt < addedUpTo);
  await storeRows(db, 'kpi_rollup', [...quarters.map((row) => toRollup(row, SPANS[0])), ...sinceMidnight(quarters)]);
  // Where the count of messages goes on.
  const before = quarters.reduce(
    (sum, { metric, startsAt, count }) => sum + (metric === 'messages' && startsAt < first ? count : 0),
    0,
  );
  await writeMarks(db, [{ minute: new Date(first), count: before }]);
  await advanceMarks(db);
  for (let day = floorToQuarter(from); day < addedUpTo; day += 30 * DAY_MS) {
    const range = { from: new Date(day), to: new Date(Math.min(day + 30 * DAY_MS, addedUpTo)) };
    await inTx(db, async (tx) => {
      for (let i = 1; i < SPANS.length; i++) await rollUpSpan(tx, SPANS[i - 1]!, SPANS[i]!, range);
    });
  }
  await rollUpKpis(db, new Date(ceilToQuarter(to) - 1));
}

const toMinute = ({ metric, startsAt, count, buckets }: Measured) => ({
  metric,
  count,
  minute: new Date(startsAt),
  processId: PROCESS,
  buckets: buckets.size > 0 ? Object.fromEntries(buckets) : null,
});

function toRollup({ metric, startsAt, count, buckets }: Measured, spanMinutes: number) {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  return {
    metric,
    spanMinutes,
    startsAt: new Date(startsAt),
    count,
    bucketNumbers: sorted.map(([bucket]) => bucket),
    bucketCounts: sorted.map(([, n]) => n),
  };
}

/** As kpi_add_since_midnight() would, one quarter of an hour after the other, which takes it a minute for a quarter of a year. */
function sinceMidnight(quarters: readonly Measured[]) {
  const sums = new Map<string, Measured>();
  return [...quarters]
    .sort((a, b) => a.startsAt - b.startsAt)
    .filter(({ metric }) => !metric.startsWith('peak_'))
    .map(({ metric, startsAt, count, buckets }) => {
      const before = sums.get(metric);
      const isSameDay = before && Math.floor(before.startsAt / DAY_MS) === Math.floor(startsAt / DAY_MS);
      const sum = {
        metric,
        startsAt,
        count: count + (isSameDay ? before.count : 0),
        buckets: new Map(isSameDay ? before.buckets : []),
      };
      for (const [bucket, n] of buckets) sum.buckets.set(bucket, (sum.buckets.get(bucket) ?? 0) + n);
      sums.set(metric, sum);
      return toRollup(sum, SINCE_MIDNIGHT);
    });
}
