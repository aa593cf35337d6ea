import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import { type Repeating, repeat } from '../repeat.ts';
import { advanceMarks } from './message-count.ts';
import { deleteKpisBefore } from './message-count-queries.ts';
import { observeLoad } from './observe-load.ts';
import { rollUpKpis } from './roll-up-kpis.ts';
import { deleteRollUpsBefore } from './roll-up-queries.ts';
import { deleteSlowMessagesBefore } from './slow-message-queries.ts';

const INTERVAL_MS = 15_000;
const DAY_MS = 86_400_000;

type Parts = { db: Db; config: Config };

/** Again and again, so that nobody who opens the dashboard after a quiet month has to count that month. */
export function createKpiKeeper(parts: Parts & { onError: (error: unknown) => void }): Repeating {
  return repeat({ intervalMs: INTERVAL_MS, enabled: true, onError: parts.onError }, () => keepKpis(parts));
}

/** Minutes go when they are added up, never before; what is added up goes much later. */
export async function keepKpis({ db, config }: Parts): Promise<void> {
  const { at, newest } = await advanceMarks(db);
  await observeLoad(db, at.getTime());
  if (!(await rollUpKpis(db, at))) return;
  await deleteKpisBefore(db, new Date(at.getTime() - config.KPI_MINUTE_RETENTION_DAYS * DAY_MS), newest);
  const oldest = new Date(at.getTime() - config.KPI_RETENTION_DAYS * DAY_MS);
  await deleteRollUpsBefore(db, oldest);
  await deleteSlowMessagesBefore(db, oldest);
}
