import type { Scenario } from '../scenario.ts';

const killAgainAndAgain = (rounds: (full: boolean) => number): Scenario => ({
  name: 'kill-under-load',
  promises: 'D1, D2, D4',
  fault:
    'kill -9 of one process after the other, at any moment: nothing acknowledged is lost, retries store the rest once',
  async run({ world, load, full, random, recovers }) {
    for (let round = 0; round < rounds(full); round++) {
      const doomed = world.slots[round % 2]!;
      await load.gain(10 + random.below(40));
      await doomed.kill();
      await recovers();
      await doomed.start();
    }
  },
});

export const killUnderLoad = killAgainAndAgain((full) => (full ? 6 : 2));
/** Enough for who loses something every time. */
export const killOnceUnderLoad = killAgainAndAgain(() => 1);
