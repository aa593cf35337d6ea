import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

/** Longer than a lease, so that the other process takes over what the frozen one still thinks is its own. */
const FROZEN_MS = 6_000;

export const frozenProcess: Scenario = {
  name: 'frozen-process',
  promises: 'D2, D4, D5',
  fault: 'SIGSTOP of a process, longer than its leases last, then SIGCONT: what it does late harms nobody',
  async run({ world, recovers }) {
    const [frozen] = world.slots;
    frozen.freeze();
    await pause(FROZEN_MS);
    frozen.thaw();
    await recovers();
  },
};
