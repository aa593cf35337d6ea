import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Scenario } from '../scenario.ts';

const shift = pathToFileURL(join(import.meta.dirname, 'shift-clock.ts')).href;

export const clockJump: Scenario = {
  name: 'clock-jump',
  promises: 'D3, D5',
  fault: 'the clock of one process is an hour ahead, then an hour behind',
  async run({ world, load, recovers }) {
    const [odd] = world.slots;
    for (const hours of [1, -1]) {
      await odd.kill();
      await odd.start({ NODE_OPTIONS: `--import ${shift}`, SHIFT_CLOCK_HOURS: String(hours) });
      await recovers();
      await load.gain(20);
    }
  },
};
