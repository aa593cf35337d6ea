import { execute } from '../../harness/execute.ts';
import type { Scenario } from '../scenario.ts';

export const terminateBackends: Scenario = {
  name: 'terminate-backends',
  promises: 'D2, D3, D4',
  fault: 'pg_terminate_backend in the middle of sends, again and again',
  async run({ world, load, full, random, recovers }) {
    for (let round = 0; round < (full ? 30 : 6); round++) {
      await execute(
        world.database.url,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'parley'`,
      );
      await load.gain(1 + random.below(10));
    }
    await recovers();
  },
};
