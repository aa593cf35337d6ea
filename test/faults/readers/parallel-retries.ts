import { randomUUID } from 'node:crypto';
import { type Actor, connect } from '../../harness/actor.ts';
import { execute } from '../../harness/execute.ts';
import { History } from '../../harness/history.ts';
import type { Scenario } from '../scenario.ts';

const RETRIES = 5;

export const parallelRetries: Scenario = {
  name: 'parallel-retries',
  promises: 'D2, D3',
  fault: 'each message is sent five times at once, to all processes, and once more with another body',
  async run({ world, load, full, random, found }) {
    const doors = world.slots.map(({ door }) => ({ url: `http://127.0.0.1:${door.port}` }));
    const sub = randomUUID();
    const devices: Actor[] = [];
    for (let n = 0; n < RETRIES + 1; n++) devices.push(await connect(world, doors[n % 2]!, { sub, name: 'Cleo' }));
    const history = new History(await devices[0]!.start());
    const frames = devices[1]!.follow(history.conversationId, 0);
    const rounds = full ? 1_000 : 60;
    // Forged in parallel with the honest ones, or afterwards: both must be found out.
    const stream = async (width: number) => {
      for (let n = 0; n < rounds / width; n++) {
        const id = randomUUID();
        const body = `message ${id}`;
        const forge = () => history.send(devices[RETRIES]!, `not ${body}`, id);
        const early = random.chance(0.5);
        await Promise.all([
          ...devices.slice(0, RETRIES).map((device) => history.send(device, body, id)),
          early && forge(),
        ]);
        if (!early) await forge();
      }
    };
    await Promise.all(Array.from({ length: 10 }, () => stream(10)));
    for (const finding of await history.findings(world.database, { reader: { frames } }))
      found(finding.kind, finding.what);
    const [row] = await execute<{ n: number }>(
      world.database.url,
      `SELECT count(*)::int AS n FROM message WHERE conversation_id = '${history.conversationId}'`,
    );
    if (row!.n !== new Set(history.attempts.map(({ id }) => id)).size)
      found('doubled', `${row!.n} messages were stored instead of ${rounds}`);
    await load.gain(1);
  },
};
