import type { Scenario } from '../scenario.ts';

export const redisHalfOpen: Scenario = {
  name: 'redis-half-open',
  promises: 'D4, D5',
  fault: 'the connections of a process to Redis go silent without a word (half open), while another process works',
  async run({ world, load, recovers }) {
    const [cut] = world.slots;
    cut.toRedis.freeze();
    await load.gain(30);
    await recovers();
  },
};
