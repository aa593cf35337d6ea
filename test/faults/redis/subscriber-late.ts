import { setTimeout as pause } from 'node:timers/promises';
import { startProxy } from '../../harness/proxy.ts';
import type { Scenario } from '../scenario.ts';

const LATE_MS = 5_000;
const SHORTLY_MS = 2_500;

export const subscriberLate: Scenario = {
  name: 'subscriber-late',
  promises: 'D4',
  fault: 'Redis is restarted, and a process’s subscriber comes back 5 s after its publisher',
  async run({ world, load, full, recovers }) {
    const [, late] = world.slots;
    const proxy = await startProxy(world.redis);
    world.after(() => proxy.close());
    await late.kill();
    // Without sweeps: it has to notice by itself, when it is back, that it has missed something.
    await late.start({ REDIS_URL: proxy.redisUrl, HEAD_SWEEP: 'off', OUTBOX_SWEEP: 'off' });
    await load.gain(10);
    await world.redis.stop();
    proxy.keepSubscribersOut();
    await world.redis.start();
    await pause(full ? LATE_MS : SHORTLY_MS);
    await load.gain(20);
    proxy.letSubscribersIn();
    await recovers();
  },
};
