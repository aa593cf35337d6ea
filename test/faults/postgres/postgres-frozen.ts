import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

const FROZEN_MS = 14_000;
const SHORTLY_MS = 4_000;

export const postgresFrozen: Scenario = {
  name: 'postgres-frozen',
  promises: 'D1, D2, D4',
  fault: 'SIGSTOP of PostgreSQL, longer than a statement may take: what was begun may be stored or not, and only once',
  fullOnly: true,
  async run({ world, full, recovers }) {
    const { thaw } = await world.postgres.freeze();
    await pause(full ? FROZEN_MS : SHORTLY_MS);
    thaw();
    await recovers();
  },
};
