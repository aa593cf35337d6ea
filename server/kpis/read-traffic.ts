import type { Db } from '../db.ts';
import { badInput, databaseErrorCode } from '../errors.ts';
import { readHeatMap } from './heat-map-queries.ts';

export type HourTraffic = { readonly weekday: number; readonly hour: number; readonly messagesPerHour: number | null };

/** The week, hour by hour; an hour that the range does not have, or in which nothing was measured, has no value. */
export async function readTraffic(
  db: Db,
  range: { from: Date; to: Date; timeZone: string },
): Promise<readonly HourTraffic[]> {
  const found = await readHeatMap(db, range).catch((error: unknown) => {
    // JavaScript and PostgreSQL each have a list of time zones, which are seldom of the same year.
    if (databaseErrorCode(error) === '22023') throw badInput('timeZone', 'is not known to this PostgreSQL.');
    throw error;
  });
  const cells = new Map(found.map((cell) => [cell.weekday * 24 + cell.hour, cell]));
  return Array.from({ length: 7 * 24 }, (_, i) => {
    const [weekday, hour] = [1 + Math.floor(i / 24), i % 24];
    const cell = cells.get(weekday * 24 + hour);
    return { weekday, hour, messagesPerHour: cell ? cell.messages / cell.hours : null };
  });
}
