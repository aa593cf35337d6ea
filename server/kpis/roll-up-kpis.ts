import { type Db, inTx, type Tx } from '../db.ts';
import {
  lockRollUp,
  readRolledUpTo,
  rollUpMessages,
  rollUpMinutes,
  rollUpSinceMidnight,
  rollUpSpan,
  rollUpSurveys,
} from './roll-up-queries.ts';
import { floorToQuarter, SPANS } from './spans.ts';
import { rollUpUptime } from './uptime-queries.ts';

/**
 * A process that could not reach PostgreSQL writes its minutes up to an hour late, and a rating may be changed for an hour:
 * when a new quarter of an hour begins, those of this time are computed again. The one that is going on is each time.
 */
const LATE_MS = 2 * 3_600_000;
const QUARTER_MS = SPANS[0] * 60_000;
/** Catching up, after an upgrade or a long stop, goes in transactions of a second. */
const STEP_MS = 86_400_000;

/**
 * Adds up what was measured by the minute, so that two years are read as some thousand rows. Whichever process comes first
 * does it; false: another one is at it.
 */
export async function rollUpKpis(db: Db, now: Date): Promise<boolean> {
  const current = floorToQuarter(now.getTime());
  const end = current + QUARTER_MS;
  for (let from: number | undefined; from === undefined || from < end; ) {
    const done: number | undefined = await inTx(db, async (tx) => {
      if (!(await lockRollUp(tx))) return undefined;
      from ??= await startOf(tx, current);
      const to = Math.min(from + STEP_MS, end);
      const range = { from: new Date(from), to: new Date(to) };
      await rollUpMinutes(tx, range);
      await rollUpMessages(tx, range);
      await rollUpSurveys(tx, range);
      await rollUpUptime(tx, range);
      await rollUpSinceMidnight(tx, range);
      for (let i = 1; i < SPANS.length; i++) await rollUpSpan(tx, SPANS[i - 1]!, SPANS[i]!, range);
      return to;
    });
    if (done === undefined) return false;
    from = done;
  }
  return true;
}

async function startOf(tx: Tx, current: number): Promise<number> {
  const newest = (await readRolledUpTo(tx))?.getTime() ?? current;
  return newest >= current ? current : newest - LATE_MS;
}
