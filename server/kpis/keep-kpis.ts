import type { Db } from '../db.ts';
import { advanceMarks } from './message-count.ts';
import { deleteKpisBefore } from './message-count-queries.ts';

/** A process writes some ten rows a minute: 400,000 in this time, of which the longest window reads a thirtieth. */
const RETENTION_MS = 30 * 86_400_000;

/** Once a minute, so that nobody who opens the dashboard after a quiet month has to count that month. */
export async function keepKpis(db: Db): Promise<void> {
  const { at, newest } = await advanceMarks(db);
  await deleteKpisBefore(db, new Date(at.getTime() - RETENTION_MS), newest);
}
