import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Scenario } from '../scenario.ts';

const shift = pathToFileURL(join(import.meta.dirname, 'shift-clock.ts')).href;

export const clockJump: Scenario = {
  name: 'clock-jump',
  promises: 'D3, D5',
  // Further off, tokens are refused for being of the future or of the past, as they should be.
  fault: 'the clock of one process is 45 s ahead, then 45 s behind',
  fullOnly: true,
  async run({ world, load, recovers }) {
    const [odd] = world.slots;
    for (const seconds of [45, -45]) {
      await odd.kill();
      await odd.start({ NODE_OPTIONS: `--import ${shift}`, SHIFT_CLOCK_HOURS: String(seconds / 3_600) });
      await recovers();
      await load.gain(20);
    }
  },
};
