import { setTimeout as pause } from 'node:timers/promises';
import { execute } from '../../harness/execute.ts';
import type { Scenario } from '../scenario.ts';

const READ_ONLY_MS = 5_000;
const SHORTLY_MS = 2_000;

export const readOnly: Scenario = {
  name: 'read-only',
  promises: 'D1, D2',
  fault: 'PostgreSQL is read-only for a while, as a former primary is after a failover',
  async run({ world, full, recovers }) {
    const set = (value: 'on' | 'off') =>
      execute(world.postgres.url, `ALTER SYSTEM SET default_transaction_read_only = ${value}`).then(() =>
        execute(world.postgres.url, 'SELECT pg_reload_conf()'),
      );
    world.after(() => set('off'));
    await set('on');
    await pause(full ? READ_ONLY_MS : SHORTLY_MS);
    await set('off');
    await recovers();
  },
};
