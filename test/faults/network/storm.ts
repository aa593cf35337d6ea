import { setTimeout as pause } from 'node:timers/promises';
import { execute } from '../../harness/execute.ts';
import type { Scenario, Scene } from '../scenario.ts';

const FULL_STEPS = 30;
const SHORT_STEPS = 6;

type Step = (scene: Scene) => unknown;

/** Each leaves things so that the next may come on top of it. */
const steps: Record<string, Step> = {
  async 'a process is killed and replaced'({ world, random }) {
    const slot = world.slots[random.below(2)]!;
    slot.thaw();
    await slot.kill();
    await slot.start();
  },
  async 'a process leaves and is replaced'({ world, random }) {
    const slot = world.slots[random.below(2)]!;
    slot.thaw();
    await slot.stop();
    await slot.start();
  },
  async 'a process stands still'({ world, random }) {
    const slot = world.slots[random.below(2)]!;
    slot.freeze();
    await pause(random.below(2_000));
    slot.thaw();
  },
  'Redis dies': ({ world }) => world.redis.stop(),
  async 'Redis returns'({ world }) {
    await world.redis.stop();
    await world.redis.start();
  },
  'Redis ends subscribers': ({ world }) => world.redis.run('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => {}),
  'Redis is slow': ({ world, random }) => world.slots[random.below(2)]!.toRedis.delay(random.below(800)),
  'Redis goes silent': ({ world, random }) => world.slots[random.below(2)]!.toRedis.freeze(),
  'PostgreSQL ends connections': ({ world }) =>
    execute(
      world.database.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'parley'`,
    ),
  'PostgreSQL goes silent': ({ world, random }) => world.slots[random.below(2)]!.toPostgres.freeze(),
  async 'PostgreSQL is out of reach'({ world, random }) {
    const { toPostgres } = world.slots[random.below(2)]!;
    toPostgres.down();
    await pause(random.below(1_000));
    toPostgres.up();
  },
  'clients are cut off': ({ world, random }) => world.slots[random.below(2)]!.door.cutAfter(() => random.below(3_000)),
  'clients go silent': ({ load, random }) => load.devices[random.below(load.devices.length)]!.recorder.cut(),
};

export const storm: Scenario = {
  name: 'storm',
  promises: 'D1–D5, D7, D9',
  fault: 'everything in turn and on top of each other, as the seed has it',
  async run(scene) {
    const { world, full, random, recovers } = scene;
    const names = Object.keys(steps);
    for (let n = 0; n < (full ? FULL_STEPS : SHORT_STEPS); n++) {
      await steps[names[random.below(names.length)]!]!(scene);
      await pause(random.below(1_000));
    }
    if ((await world.redis.run('PING').catch(() => true)) === true) await world.redis.start();
    for (const { toRedis } of world.slots) toRedis.delay(0);
    await recovers();
  },
};
