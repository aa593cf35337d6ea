import type { Db } from '../server/db.ts';

/** Rows that one statement stores. */
const BATCH = 5_000;

/**
 * Stores rows as Prisma's createMany takes them, with all columns that the first one has: several hundred thousand in
 * seconds, which takes Prisma a minute. What it fills in by itself is left to the table's defaults.
 */
export async function storeRows<T extends object>(db: Db, table: string, rows: readonly T[]): Promise<void> {
  if (rows.length === 0) return;
  const fields = Object.keys(rows[0]!) as (keyof T & string)[];
  const columns = fields.map(toColumn);
  const list = columns.join(', ');
  const insert = `INSERT INTO ${table} (${list}) SELECT ${list} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
  for (let i = 0; i < rows.length; i += BATCH) {
    const batch = rows.slice(i, i + BATCH).map((row) => {
      const stored: Record<string, unknown> = {};
      for (const [n, field] of fields.entries()) stored[columns[n]!] = toJson(row[field]);
      return stored;
    });
    await db.$executeRawUnsafe(insert, JSON.stringify(batch));
  }
}

/** As schema.prisma maps every name. */
const toColumn = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const toJson = (value: unknown) => (value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value);
