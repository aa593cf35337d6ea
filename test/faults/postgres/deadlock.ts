import pg from 'pg';
import { eventually } from '../../harness/eventually.ts';
import type { Scenario } from '../scenario.ts';

export const deadlock: Scenario = {
  name: 'deadlock',
  promises: 'D2, D3',
  fault: 'somebody else’s transactions lock conversations in the wrong order, so that PostgreSQL ends deadlocks',
  async run({ world, load, full, random, expect, recovers }) {
    const outside = new pg.Client({ connectionString: world.database.url });
    outside.on('error', () => {});
    world.after(() => outside.end());
    await outside.connect();
    const deadlocks = async () => {
      const { rows } = await outside.query(
        'SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()',
      );
      return rows[0].n as number;
    };
    const before = await deadlocks();
    const ids = load.talks.map(({ id }) => id).toSorted();
    for (let round = 0; round < (full ? 20 : 4); round++) {
      await outside.query('BEGIN');
      try {
        // From the last to the first, where everybody in Parley goes from the first to the last.
        for (const id of ids.toReversed()) {
          await outside.query('SELECT 1 FROM conversation WHERE id = $1 FOR UPDATE', [id]);
          await outside.query('SELECT pg_sleep($1)', [random.next() / 20]);
        }
        await outside.query('COMMIT');
      } catch {
        await outside.query('ROLLBACK');
      }
      await load.gain(5);
    }
    await recovers();
    // In a few rounds it may be that nobody got in each other's way.
    if (full) {
      const some = await eventually('PostgreSQL has counted', async () => (await deadlocks()) > before).catch(
        () => false,
      );
      expect(some, 'there was no deadlock');
    }
  },
};
