import type { Scenario } from '../scenario.ts';

export const killSubscribers: Scenario = {
  name: 'kill-subscribers',
  promises: 'D4',
  fault: 'Redis disconnects all subscribers (CLIENT KILL TYPE pubsub), again and again',
  async run({ world, load, full, recovers }) {
    for (let round = 0; round < (full ? 20 : 5); round++) {
      await world.redis.run('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await load.gain(5);
    }
    await recovers();
  },
};
