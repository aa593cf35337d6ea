import { PrismaPg } from '@prisma/adapter-pg';
import type { Db } from '../db.ts';
import { PrismaClient } from '../generated/prisma/client.ts';

/** Connected without a setting of our own, to see what the database does by default. */
export function openPlainDb(connectionString: string): Db {
  const adapter = new PrismaPg({ connectionString, max: 1 }, { onPoolError: () => {}, onConnectionError: () => {} });
  return new PrismaClient({ adapter, errorFormat: 'minimal' });
}
