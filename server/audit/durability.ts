import type { Db, Tx } from '../db.ts';
import type { Tally, WholeCheck } from './check.ts';

/** Whatever is true here at every commit survives the loss of power (PostgreSQL's manual, "Reliability and the WAL"). */
const settings = ['fsync', 'synchronous_commit', 'full_page_writes'] as const;

/** Presence runs out within a minute by itself; every other table must survive. */
const MAY_VANISH = ['presence'];

/**
 * D1: a commit reaches the disk. `db` is connected as the server connects itself, which settles synchronous_commit for its
 * sessions; `plain` as anybody else does, which shows what the database has by default.
 */
export function durability(plain: Db | Tx): WholeCheck {
  return {
    claims: [
      {
        name: 'settings',
        promise: 'D1',
        level: 'error',
        says: 'fsync, synchronous_commit and full_page_writes are on, for all and for us',
      },
      {
        name: 'logged tables',
        promise: 'D1',
        level: 'error',
        says: 'every table that must survive a crash is written ahead',
      },
    ],
    async *inspect(db) {
      yield await settingsOf(db, 'for the server’s own connections');
      yield await settingsOf(plain, 'by default');
      yield await db.$queryRaw<Tally[]>`/* audit_logged_tables */
        WITH judged AS (
          SELECT relname::text AS name, relpersistence <> 'p' AS vanishes FROM pg_class
          WHERE relkind IN ('r', 'p', 'S') AND relnamespace = current_schema()::regnamespace AND relname <> ALL (${MAY_VANISH}::text[])
        )
        SELECT 'logged tables' AS claim, count(*)::float8 AS checked, (count(*) FILTER (WHERE vanishes))::float8 AS findings,
          coalesce((array_agg(format('%s is unlogged: a crash empties it', name) ORDER BY name) FILTER (WHERE vanishes))[1:5], '{}') AS examples
        FROM judged`;
    },
  };
}

async function settingsOf(db: Db | Tx, whose: string): Promise<Tally[]> {
  const found = await db.$queryRaw<{ name: string; value: string }[]>`/* audit_settings */
    SELECT name, setting AS value FROM pg_settings WHERE name = ANY (${[...settings]}::text[]) ORDER BY name`;
  // synchronous_commit has stronger and weaker levels than on; all but off survive the crash of this machine.
  const off = found.filter(({ value }) => value === 'off');
  return [
    {
      claim: 'settings',
      checked: found.length,
      findings: off.length,
      examples: off.map(({ name }) => `${name} is off ${whose}`),
    },
  ];
}
