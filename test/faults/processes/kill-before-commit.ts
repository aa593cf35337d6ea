import { eventually } from '../../harness/eventually.ts';
import { execute } from '../../harness/execute.ts';
import type { Scenario } from '../scenario.ts';

export const killBeforeCommit: Scenario = {
  name: 'kill-before-commit',
  promises: 'D1, D2',
  fault: 'kill -9 of the process before COMMIT: nothing is to be seen of it, and the retry succeeds',
  async run({ world, load, expect, recovers }) {
    const [doomed, other] = world.slots;
    // The other one takes no part: what is stored from here on would be the doomed one's.
    for (const slot of [doomed, other]) slot.toPostgres.hold('there');
    const waiting = () => load.pushed - load.acknowledged;
    await eventually('sends are on their way to PostgreSQL', () => waiting() >= load.talks.length);
    // What had passed before the hold is carried out still.
    await eventually('PostgreSQL has nothing left to do', async () => (await active(world.database.url)) === 0);
    const before = await messages(world.database.url);
    await doomed.kill();
    doomed.toPostgres.cut();
    expect((await messages(world.database.url)) === before, 'something was stored by nobody');
    for (const slot of [doomed, other]) slot.toPostgres.release();
    await recovers();
  },
};

const messages = async (url: string) =>
  (await execute<{ n: number }>(url, 'SELECT count(*)::int AS n FROM message'))[0]!.n;

const active = async (url: string) =>
  (
    await execute<{ n: number }>(
      url,
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'parley' AND state <> 'idle'`,
    )
  )[0]!.n;
