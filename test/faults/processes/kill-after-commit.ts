import { eventually } from '../../harness/eventually.ts';
import { execute } from '../../harness/execute.ts';
import type { Scenario } from '../scenario.ts';

/** Which attempts got no answer, by id. */
export const killAfterCommit: Scenario = {
  name: 'kill-after-commit',
  promises: 'D1, D2',
  fault: 'kill -9 of the process after COMMIT, before the reply: the retry gets the same id and seq',
  async run({ world, load, expect, recovers }) {
    const [doomed] = world.slots;
    const answered = () =>
      new Set(attempts(load).flatMap(({ id, outcome }) => (outcome === 'acknowledged' ? [id] : [])));
    // Statements reach PostgreSQL and are carried out; what it answers does not arrive any more.
    doomed.toPostgres.hold('back');
    const ids = load.talks.map(({ id }) => `'${id}'`).join();
    const unanswered = await eventually('something is committed without an answer', async () => {
      const rows = await execute<{ id: string }>(
        world.database.url,
        `SELECT id::text FROM message WHERE conversation_id IN (${ids})`,
      );
      const known = answered();
      // Its last answers may be on their way from the process to the client: those come within a turn.
      const fresh = rows.filter(({ id }) => !known.has(id));
      return fresh.length >= 2 && fresh.map(({ id }) => id);
    });
    await doomed.kill();
    doomed.toPostgres.cut();
    doomed.toPostgres.release();
    await recovers();
    await load.gain(load.talks.length);
    const repeated = unanswered.filter((id) => attempts(load).filter((attempt) => attempt.id === id).length > 1);
    expect(repeated.length > 0, 'nothing that was committed without an answer was sent again: the kill came too late');
  },
};

const attempts = ({ devices }: Parameters<Scenario['run']>[0]['load']) =>
  devices.flatMap(({ recorder }) => [...recorder.attempts.values()].flat());
