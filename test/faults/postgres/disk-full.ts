import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

const FULL_MS = 8_000;

export const diskFull: Scenario = {
  name: 'disk-full',
  promises: 'D1, D2',
  fault: 'PostgreSQL’s disk is full to the last byte, then has room again',
  fullOnly: true,
  world: { diskMegabytes: 320 },
  async run({ world, expect, load, recovers }) {
    world.disk.fill();
    await pause(FULL_MS);
    // Until the file that it writes to ends, its log has room.
    const stuck = load.pushed - load.acknowledged;
    world.disk.empty();
    await recovers();
    expect(stuck > 0, 'the disk was not full');
  },
};
