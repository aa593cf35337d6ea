import pg from 'pg';
import type { Scenario } from '../scenario.ts';

export const deadlock: Scenario = {
  name: 'deadlock',
  promises: 'D2, D3',
  fault: 'somebody else’s transactions lock conversations in the wrong order, one after the other',
  async run({ world, load, full, random, recovers }) {
    const outside = new pg.Client({ connectionString: world.database.url });
    outside.on('error', () => {});
    world.after(() => outside.end());
    await outside.connect();
    const ids = load.talks.map(({ id }) => id).toSorted();
    for (let round = 0; round < (full ? 20 : 4); round++) {
      await outside.query('BEGIN');
      try {
        // From the last to the first, where everybody in Parley goes from the first to the last. Whether that ends in a
        // deadlock is up to PostgreSQL: a send that finds a row locked goes around it, and waits for it alone.
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
  },
};
