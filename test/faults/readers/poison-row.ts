import { randomUUID } from 'node:crypto';
import { connect } from '../../harness/actor.ts';
import { eventually } from '../../harness/eventually.ts';
import { execute } from '../../harness/execute.ts';
import { History } from '../../harness/history.ts';
import { readMetric } from '../../harness/read-metric.ts';
import type { Scenario } from '../scenario.ts';

export const poisonRow: Scenario = {
  name: 'poison-row',
  promises: 'D4, D5',
  fault:
    'an outbox row that can never be published: set aside after its last attempt, the others flow, and nobody misses it',
  world: {
    env: {
      OUTBOX_MAX_ATTEMPTS: '3',
      OUTBOX_BACKOFF_BASE_MS: '20',
      OUTBOX_SWEEP_INTERVAL_MS: '100',
      LOG_LEVEL: 'fatal',
    },
  },
  allPublished: false,
  async run({ world, load, full, expect, found }) {
    // Redis refuses what is published in conversations whose id starts with d; those of the load do not.
    const allowed = ['[^c]*', 'conversation:[^d]*'];
    await world.redis.run('ACL', 'SETUSER', 'default', 'resetchannels', ...allowed.map((topic) => `&parley:${topic}`));
    world.after(() => world.redis.run('ACL', 'SETUSER', 'default', 'allchannels'));
    const [here, there] = world.slots.map(({ door }) => ({ url: `http://127.0.0.1:${door.port}` }));
    const sub = randomUUID();
    const cleo = await connect(world, here!, { sub, name: 'Cleo' });
    const elsewhere = await connect(world, there!, { sub, name: 'Cleo' });
    const history = new History(`d${randomUUID().slice(1)}`);
    await cleo.start({ id: history.conversationId });
    const readers = Object.fromEntries(
      Object.entries({ here: cleo, there: elsewhere }).map(([name, actor]) => [
        name,
        { frames: actor.follow(history.conversationId, 0) },
      ]),
    );
    const poisoned = full ? 20 : 3;
    for (let n = 0; n < poisoned; n++) await history.send(cleo, 'to nobody');
    const letters = await eventually('they are set aside', async () => {
      const rows = await execute<{ id: string; attempts: number }>(
        world.database.url,
        'SELECT conversation_id::text AS id, attempts FROM dead_letter',
      );
      return rows.length >= poisoned && rows;
    });
    expect(
      letters.every(({ id, attempts }) => id === history.conversationId && attempts === 3),
      'others than the poisoned rows were set aside, or not after their third attempt',
    );
    const counted = await Promise.all(
      world.slots.map(({ server }) => readMetric(server, 'parley_outbox_dead_letters_total')),
    );
    expect(counted[0]! + counted[1]! === poisoned, `${counted} dead letters were counted`);
    await load.gain(20);
    for (const finding of await history.findings(world.database, readers)) found(finding.kind, finding.what);
  },
};
