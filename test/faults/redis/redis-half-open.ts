import type { Scenario } from '../scenario.ts';

export const redisHalfOpen: Scenario = {
  name: 'redis-half-open',
  promises: 'D4, D5',
  fault:
    'the connections of a process to Redis go silent without a word (half open), while another works; then of both',
  async run({ world, load, recovers }) {
    const [cut] = world.slots;
    cut.toRedis.freeze();
    await load.gain(30);
    await recovers();
    // Nobody is left to publish what is in the outbox, until they have noticed.
    for (const { toRedis } of world.slots) toRedis.freeze();
    await load.gain(10);
    await recovers();
  },
};
