import type { Db } from '../db.ts';
import {
  countMessagesByMinute,
  type Mark,
  readMarks,
  readNewestMark,
  readSettledMinute,
  writeMarks,
} from './message-count-queries.ts';

/**
 * How many messages were ever posted, exactly, without counting them all each time. Like an odometer: for every minute
 * with messages that is over for good, a mark is kept in kpi_minute with the number of all messages before the minute's
 * end. The rows since the newest mark (a minute or two of them, found by the BRIN on created_at) are counted afresh.
 *
 * Not the recorders' sums, which a crash makes too small; not pg_class.reltuples, an estimate; not a count cached in
 * memory, because the first one after a start would take seconds on ten million messages. Marks are computed from settled
 * rows only, so any process may write them, and all write the same.
 */
export type MessageCount = {
  /** The database's clock, which also dated the messages. */
  readonly at: Date;
  readonly since: Date;
  readonly total: number;
  /** Every minute from `since` to the current one. */
  readonly byMinute: readonly { readonly minute: Date; readonly count: number }[];
};

const MINUTE_MS = 60_000;

export async function countMessages(db: Db, windowMinutes: number): Promise<MessageCount> {
  const { at, newest, recent } = await advanceMarks(db);
  const since = new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS - (windowMinutes - 1) * MINUTE_MS);

  const counts = new Map(recent.map(({ minute, count }) => [minute.getTime(), count]));
  const marks = await readMarks(db, since);
  marks.forEach(({ minute, count }, i) => {
    const before = marks[i - 1];
    if (before) counts.set(minute.getTime() - MINUTE_MS, count - before.count);
  });
  const byMinute = Array.from({ length: windowMinutes }, (_, i) => {
    const minute = new Date(since.getTime() + i * MINUTE_MS);
    return { minute, count: counts.get(minute.getTime()) ?? 0 };
  });
  return { at, since, total: recent.reduce((sum, { count }) => sum + count, newest.count), byMinute };
}

/** Brings the marks up to date; `recent` is what was posted since the newest of them. */
export async function advanceMarks(db: Db) {
  const { at, settled } = await readSettledMinute(db);
  let newest = await readNewestMark(db);
  // A later statement than the one that told what is settled: it sees all that was committed by then.
  const posted = await countMessagesByMinute(db, newest.minute);
  const marks: Mark[] = [];
  for (const { minute, count } of posted) {
    if (minute >= settled) break;
    newest = { minute: new Date(minute.getTime() + MINUTE_MS), count: newest.count + count };
    marks.push(newest);
  }
  if (marks.length > 0) await writeMarks(db, marks);
  return { at, newest, recent: posted.slice(marks.length) };
}
