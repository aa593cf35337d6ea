import type { Scenario } from '../scenario.ts';

/** Longer than a command may take: it is carried out all the same, and repeated. */
const TOO_LATE_MS = 2_500;
const LATE_MS = 400;

export const redisSlow: Scenario = {
  name: 'redis-slow',
  promises: 'D4, D5',
  fault: 'Redis answers late, then later than anybody waits, so that everything is published twice and out of order',
  async run({ world, load, random, recovers }) {
    const [slow] = world.slots;
    for (const ms of [LATE_MS, TOO_LATE_MS]) {
      slow.toRedis.delay(ms + random.below(200));
      await load.gain(40);
    }
    slow.toRedis.delay(0);
    await recovers();
  },
};
