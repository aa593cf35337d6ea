import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

const AWAY_MS = 8_000;
const SHORTLY_MS = 3_000;

export const postgresPartition: Scenario = {
  name: 'postgres-partition',
  promises: 'D1, D2, D4',
  fault: 'one process is cut off from PostgreSQL: first its connections go silent, then new ones are refused as well',
  async run({ world, load, full, recovers }) {
    const [cut] = world.slots;
    cut.toPostgres.freeze();
    await load.gain(10);
    cut.toPostgres.down();
    await pause(full ? AWAY_MS : SHORTLY_MS);
    cut.toPostgres.up();
    await recovers();
  },
};
