import type { Db } from '../server/db.ts';
import { inTx } from '../server/db.ts';
import { advanceMarks } from '../server/kpis/message-count.ts';
import { writeMarks } from '../server/kpis/message-count-queries.ts';
import { rollUpKpis } from '../server/kpis/roll-up-kpis.ts';
import { rollUpSpan, rollUpSurveys } from '../server/kpis/roll-up-queries.ts';
import { ceilToQuarter, floorToQuarter, SPANS } from '../server/kpis/spans.ts';
import type { Measured, Measurements } from './measurements.ts';
import { storeRows } from './store-rows.ts';
import { DAY_MS, type Span } from './story.ts';

/** The one process that had measured all this. */
const PROCESS = 'de300000-0000-7000-8000-00000000abcd';
/** Long ago, by the server's own rules: more than it would add up again. */
const LATE_MS = 2 * 3_600_000;

/** What the server counts in the tables, or in other minutes, itself. */
const countedInTables = new Set(['messages', 'minutes_judged', 'minutes_up']);

/** Stores what was measured as the recorder does, and lets the server's own code add up and count what it adds up and counts. */
export async function writeMeasurements(db: Db, measurements: Measurements, { from, to }: Span): Promise<void> {
  await db.turn.create({ data: { name: 'canary', nextAt: new Date(to), countingSince: new Date(from - 60_000) } });
  const minutes = measurements.minutes.filter(({ metric }) => !countedInTables.has(metric));
  await storeRows(db, 'kpi_minute', minutes.map(toMinute));
  const first = Math.min(...minutes.map(({ startsAt }) => startsAt));
  const addedUpTo = floorToQuarter(first + LATE_MS) + 2 * SPANS[0] * 60_000;
  const quarters = measurements.quarters.filter(({ startsAt }) => startsAt < addedUpTo);
  await storeRows(db, 'kpi_rollup', quarters.map(toRollup));
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
      await rollUpSurveys(tx, range);
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

function toRollup({ metric, startsAt, count, buckets }: Measured) {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  return {
    metric,
    spanMinutes: SPANS[0],
    startsAt: new Date(startsAt),
    count,
    bucketNumbers: sorted.map(([bucket]) => bucket),
    bucketCounts: sorted.map(([, n]) => n),
  };
}
