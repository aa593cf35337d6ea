import { eventually } from '../../harness/eventually.ts';
import { execute } from '../../harness/execute.ts';
import type { Scenario } from '../scenario.ts';

export const postgresCrash: Scenario = {
  name: 'postgres-crash',
  promises: 'D1, D2',
  fault:
    'kill -9 of PostgreSQL, all of its processes at once, on a database whose own default is not to wait for the disk',
  async run({ world, load, full, recovers }) {
    const { url, kill } = world.postgres;
    const setDefault = (change: string) =>
      execute(url, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I ${change}', current_database()); END $$`);
    await setDefault('SET synchronous_commit = off');
    await execute(url, `ALTER SYSTEM SET wal_writer_delay = '10s'`);
    await execute(url, 'SELECT pg_reload_conf()');
    for (let round = 0; round < (full ? 3 : 1); round++) {
      await load.gain(20);
      await kill();
      await eventually('PostgreSQL is back', () => execute(url, 'SELECT 1').catch(() => undefined), 60_000);
      await recovers();
    }
    // Or the audit would find it.
    await execute(url, 'ALTER SYSTEM RESET wal_writer_delay');
    await setDefault('RESET synchronous_commit');
  },
};
