import type { Scenario } from '../scenario.ts';

export const halfOpenClient: Scenario = {
  name: 'half-open-client',
  promises: 'D4',
  fault: 'the connections of all clients of a process go silent without a word (half open): noticed, and resumed',
  async run({ world, load, expect, recovers }) {
    const [silent] = world.slots;
    const known = load.devices.map(({ recorder }) => recorder.connects);
    silent.door.freeze();
    await recovers();
    const noticed = load.devices.filter(({ recorder }, i) => recorder.connects > known[i]!).length;
    expect(noticed > 0, 'no client noticed anything');
  },
};
