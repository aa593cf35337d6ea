import { eventually } from '../../harness/eventually.ts';
import type { Scenario } from '../scenario.ts';

export const halfOpenClient: Scenario = {
  name: 'half-open-client',
  promises: 'D4',
  fault: 'the connections of all clients of a process go silent without a word (half open): noticed, and resumed',
  async run({ world, load, recovers }) {
    const [silent] = world.slots;
    const known = load.devices.map(({ recorder }) => recorder.connects);
    silent.door.freeze();
    await recovers();
    // Perhaps later: what is stored may have been everywhere already when they went silent.
    await eventually('a client has noticed', () =>
      load.devices.some(({ recorder }, i) => recorder.connects > known[i]!),
    );
  },
};
