import { eventually } from '../../harness/eventually.ts';
import type { Scenario } from '../scenario.ts';

export const rollingSigterm: Scenario = {
  name: 'rolling-sigterm',
  promises: 'D9',
  fault: 'SIGTERM under load, process after process: exit code 0, zero errors after retry, sockets told to come back',
  async run({ world, load, full, expect, recovers }) {
    for (let round = 0; round < (full ? 2 : 1); round++) {
      for (const slot of world.slots) {
        const codes = load.devices.map(({ recorder }) => recorder.closeCodes);
        const before = codes.map((list) => list.length);
        const exitCode = await slot.stop();
        expect(exitCode === 0, `the ${slot.name} process left with exit code ${exitCode}`);
        await eventually('its clients have noticed', () => codes.some((list, i) => list.length > before[i]!));
        const given = codes.flatMap((list, i) => list.slice(before[i]!));
        expect(
          given.every((code) => code === 1012),
          `sockets were closed with ${[...new Set(given)]} instead of 1012`,
        );
        await slot.start();
        await recovers();
        await load.gain(10);
      }
    }
  },
};
