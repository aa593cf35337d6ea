import type { Db } from '../db.ts';
import { readPosition, takeTurn, writePosition } from '../turn-queries.ts';
import { judgeDeliveries, noteOpenConversations } from './load-queries.ts';

const MINUTE_MS = 60_000;
const INTERVAL_MS = 15_000;
/** How long after its end a minute is judged: who has not got a message by then has missed it. */
const PATIENCE_MS = MINUTE_MS;
/** Who was online longer ago than that is not known any more. */
const MAX_BEHIND_MINUTES = 5;

/** What is seen in the tables only while it lasts, by one process at a time: how many conversations are open, who is online. */
export async function observeLoad(db: Db, now: number): Promise<void> {
  if (!(await takeTurn(db, 'load', INTERVAL_MS))) return;
  await noteOpenConversations(db);
  const end = Math.floor((now - PATIENCE_MS) / MINUTE_MS) * MINUTE_MS;
  const position = Number((await readPosition(db, 'load')) ?? end - MINUTE_MS);
  for (let minute = Math.max(position, end - MAX_BEHIND_MINUTES * MINUTE_MS); minute < end; minute += MINUTE_MS)
    await judgeDeliveries(db, new Date(minute));
  await writePosition(db, 'load', String(end));
}
