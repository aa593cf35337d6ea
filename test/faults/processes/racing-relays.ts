import { eventually } from '../../harness/eventually.ts';
import { execute } from '../../harness/execute.ts';
import { tapBus } from '../../harness/tap-bus.ts';
import type { Scenario } from '../scenario.ts';

export const racingRelays: Scenario = {
  name: 'racing-relays',
  promises: 'D4, D5',
  fault: 'two relays, and then four, race for what was left behind in the same conversations',
  async run({ world, load, random, expect, recovers }) {
    const { url } = world.database;
    for (const relays of [2, 4]) {
      if (relays === 4) await Promise.all([world.startExtra(), world.startExtra()]);
      await world.redis.stop();
      await load.gain(20 + random.below(20));
      const rows = await execute<{ id: string; seq: number }>(
        url,
        'SELECT conversation_id::text AS id, seq FROM outbox',
      );
      // Nobody publishes before somebody listens.
      for (const { toRedis } of world.slots) toRedis.down();
      await world.redis.start();
      const tap = await tapBus(world, world.redis);
      for (const { toRedis } of world.slots) toRedis.up();
      await recovers();
      await eventually('all that was left behind is published', () =>
        rows.every(({ id, seq }) => tap.seqsOf(id).includes(seq)),
      ).catch(() => expect(false, `with ${relays} relays, something left behind was never published`));
    }
  },
};
