import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../harness/eventually.ts';
import { execute } from '../../harness/execute.ts';
import { range } from '../../harness/range.ts';
import { tapBus } from '../../harness/tap-bus.ts';
import type { Scenario } from '../scenario.ts';

const GONE_MS = 30_000;
const SHORTLY_MS = 2_000;
const CATCH_UP_SECONDS = 5;
/** The machine may be busy with other tests. */
const SLACK_SECONDS = 10;

export const redisGone: Scenario = {
  name: 'redis-gone',
  promises: 'D4, D5',
  fault: 'Redis is killed under load for 30 s: sends go on, all is caught up within 5 s of its return, and published',
  async run({ world, load, full, expect, recovers }) {
    await world.redis.stop();
    const before = load.acknowledged;
    const since = await heads(world.database.url);
    await pause(full ? GONE_MS : SHORTLY_MS);
    expect(load.acknowledged > before, 'no send was acknowledged without Redis');
    const through = await heads(world.database.url);
    // Nobody publishes before somebody listens.
    for (const { toRedis } of world.slots) toRedis.down();
    await world.redis.start();
    const tap = await tapBus(world, world.redis);
    for (const { toRedis } of world.slots) toRedis.up();
    const seconds = await recovers();
    expect(seconds < CATCH_UP_SECONDS + (full ? 0 : SLACK_SECONDS), `caught up only after ${seconds} s`);
    const published = () =>
      [...through].every(([id, head]) => {
        const heard = new Set(tap.seqsOf(id));
        return range((since.get(id) ?? 0) + 1, head).every((seq) => heard.has(seq));
      });
    await eventually('everything is published', published, load.size.patienceMs).catch(() =>
      expect(false, 'what was stored without Redis was never published'),
    );
  },
};

async function heads(url: string): Promise<Map<string, number>> {
  const rows = await execute<{ id: string; head: number }>(url, 'SELECT id::text, head_seq AS head FROM conversation');
  return new Map(rows.map(({ id, head }) => [id, head]));
}
