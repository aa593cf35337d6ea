import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

const REFUSED_MS = 3_000;

export const redisRefuses: Scenario = {
  name: 'redis-refuses',
  promises: 'D4, D5',
  fault: 'Redis is there and answers errors: publishing and subscribing are refused, then everything is flushed',
  async run({ world, load, recovers }) {
    await world.redis.run('ACL', 'SETUSER', 'default', '-publish', '-subscribe');
    world.after(() => world.redis.run('ACL', 'SETUSER', 'default', '+publish', '+subscribe'));
    // Whoever comes back now may not subscribe.
    await world.redis.run('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await pause(REFUSED_MS);
    await load.gain(10);
    await world.redis.run('ACL', 'SETUSER', 'default', '+publish', '+subscribe');
    await world.redis.run('FLUSHALL');
    await recovers();
  },
};
