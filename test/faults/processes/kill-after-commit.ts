import { connect } from '../../harness/actor.ts';
import { eventually } from '../../harness/eventually.ts';
import { execute } from '../../harness/execute.ts';
import type { Scenario } from '../scenario.ts';

type Stored = { readonly id: string; readonly conversationId: string; readonly seq: number; readonly body: string };

export const killAfterCommit: Scenario = {
  name: 'kill-after-commit',
  promises: 'D1, D2',
  fault: 'kill -9 of the process after COMMIT, before the reply: the retry gets the same id and seq',
  async run({ world, load, expect, recovers }) {
    const [doomed] = world.slots;
    // Statements reach PostgreSQL and are carried out; what it answers does not arrive any more.
    doomed.toPostgres.hold('back');
    // Customers write through the doomed process; what it has not answered now it will not answer any more.
    const ids = load.talks.map(({ id }) => `'${id}'`).join();
    const unanswered = await eventually('something is committed without an answer', async () => {
      const rows = await execute<Stored>(
        world.database.url,
        `SELECT m.id::text, m.conversation_id::text AS "conversationId", m.seq, m.body
         FROM message m JOIN participant p ON p.id = m.sender_id
         WHERE m.conversation_id IN (${ids}) AND p.role = 'CUSTOMER'`,
      );
      const answered = new Set(
        load.devices.flatMap(({ recorder }) =>
          [...recorder.attempts.values()].flat().flatMap(({ id, outcome }) => (outcome === 'acknowledged' ? [id] : [])),
        ),
      );
      const left = rows.filter(({ id }) => !answered.has(id));
      return left.length > 0 && left;
    });
    await doomed.kill();
    doomed.toPostgres.cut();
    doomed.toPostgres.release();
    await recovers();
    // By hand: a client may have learned from its stream that its message is stored, and would not send it again.
    for (const { id, conversationId, seq, body } of unanswered) {
      const [{ device } = unknown(id)] = load.talks.find((talk) => talk.id === conversationId)?.sides ?? [];
      const retrier = await connect(world, { url: `http://127.0.0.1:${doomed.door.port}` }, { token: device.token });
      const again = await retrier.send(conversationId, body, id);
      expect(again.duplicate && again.seq === seq, `a retry of message ${seq} became message ${again.seq}`);
    }
  },
};

function unknown(id: string): never {
  throw new Error(`nobody in the load has sent message ${id}`);
}
