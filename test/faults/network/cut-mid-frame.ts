import type { Scenario } from '../scenario.ts';

const LONGEST = 2_000;

export const cutMidFrame: Scenario = {
  name: 'cut-mid-frame',
  promises: 'D2, D4',
  fault: 'connections of clients break in the middle of a frame that they send, again and again',
  async run({ world, load, full, random, recovers }) {
    for (let round = 0; round < (full ? 25 : 5); round++) {
      for (const { door } of world.slots) door.cutAfter(() => random.below(LONGEST));
      await load.gain(20);
    }
    await recovers();
  },
};
