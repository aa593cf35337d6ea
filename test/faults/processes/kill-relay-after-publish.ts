import pg from 'pg';
import { eventually } from '../../harness/eventually.ts';
import { execute } from '../../harness/execute.ts';
import { tapBus } from '../../harness/tap-bus.ts';
import type { Scenario } from '../scenario.ts';

export const killRelayAfterPublish: Scenario = {
  name: 'kill-relay-after-publish',
  promises: 'D4, D5',
  fault: 'kill -9 of a relay after it published, before its rows are deleted: published again, shown once',
  async run({ world, load, recovers }) {
    const { url } = world.database;
    const [doomed] = world.slots;
    const tap = await tapBus(world, world.redis);
    const holder = new pg.Client({ connectionString: url });
    holder.on('error', () => {}); // the database goes away with the world
    world.after(() => holder.end());
    await holder.connect();
    // Deletions from the outbox hang from here on, as on a lock.
    await holder.query('SELECT pg_advisory_lock(1)');
    await execute(
      url,
      `CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
       CREATE TRIGGER wait BEFORE DELETE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION wait()`,
    );
    world.after(() => execute(url, 'DROP TRIGGER IF EXISTS wait ON outbox; DROP FUNCTION IF EXISTS wait()'));
    await load.gain(20);
    // Customers are at the one that is killed, and who committed a message publishes it: what is theirs only another can again.
    const theirs = await execute<{ conversation: string; seq: number }>(
      url,
      `SELECT o.conversation_id::text AS conversation, o.seq FROM outbox o
       JOIN message m USING (conversation_id, seq) JOIN participant p ON p.id = m.sender_id WHERE p.role = 'CUSTOMER'`,
    );
    const published = theirs.map(({ conversation, seq }) => {
      const key = `${conversation} ${seq}`;
      return { key, types: tap.all.filter(({ message }) => keyOf(message) === key).map(({ message }) => message.type) };
    });
    if (published.every(({ types }) => types.length === 0))
      throw new Error('nothing that was published was left in the outbox');
    // What somebody's sweep has published as well by now is that one's to delete, too.
    const keys = published.flatMap(({ key, types }) => (types.length === 1 && types[0] === 'event' ? key : []));
    const before = tap.all.length;
    await doomed.kill();
    await execute(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'parley' AND wait_event_type = 'Lock'`,
    );
    await holder.query('SELECT pg_advisory_unlock(1)');
    await recovers();
    await eventually('what the killed one had published is published again', () => {
      const again = new Set(tap.all.slice(before).map(({ message }) => keyOf(message)));
      return keys.every((key) => again.has(key));
    });
  },
};

const keyOf = ({ event, conversationId, seq }: any): string =>
  event ? `${event.conversationId} ${event.seq}` : `${conversationId} ${seq}`;
