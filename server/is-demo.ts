import type { Db } from './db.ts';

/** Whether what is stored was made up by `npm run demo`. Such a database stays one: the mark is in it, not in the settings. */
export const isDemo = async (db: Db): Promise<boolean> => (await db.demo.count()) > 0;
