import type { Scenario } from '../scenario.ts';

const DELAY_MS = 250;
const BYTES_PER_SECOND = 20_000;

export const badLine: Scenario = {
  name: 'bad-line',
  promises: 'D4, D6',
  fault: 'half of the clients are on a slow line with long delays, the others are not',
  fullOnly: true,
  async run({ world, load, random, recovers }) {
    const [bad] = world.slots;
    bad.door.delay(DELAY_MS + random.below(DELAY_MS));
    bad.door.throttle(BYTES_PER_SECOND);
    await load.gain(60);
    bad.door.delay(0);
    bad.door.throttle(Number.POSITIVE_INFINITY);
    await recovers();
  },
};
