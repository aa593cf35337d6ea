import { once } from 'node:events';
import pg from 'pg';
import { eventually } from '../../harness/eventually.ts';
import { execute } from '../../harness/execute.ts';
import type { Scenario } from '../scenario.ts';

/** Rows of a dead relay are taken over within this; a test's machine may be busy with others as well. */
const TAKE_OVER_MS = 5_000;
const SLACK_MS = 10_000;
const CLAIMED_WITHIN_MS = 30_000;

export const killRelayWithClaims: Scenario = {
  name: 'kill-relay-with-claims',
  promises: 'D5',
  fault: 'kill -9 of a relay that holds claimed rows: another takes them over within 5 s',
  async run({ world, full, expect, recovers }) {
    const { url } = world.database;
    const [doomed, heir] = world.slots;
    const watcher = new pg.Client({ connectionString: url });
    watcher.on('error', () => {}); // the database goes away with the world
    world.after(() => watcher.end());
    await watcher.connect();
    // Told of at once, and from then on nothing is handed back: recording that a publish failed hangs, as on a lock.
    await watcher.query('SELECT pg_advisory_lock(1); LISTEN claimed');
    await execute(
      url,
      `CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('claimed', ''); RETURN NULL; END $$;
       CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
       CREATE TRIGGER tell AFTER UPDATE ON outbox FOR EACH ROW
         WHEN (NEW.available_at > clock_timestamp() + interval '1500 milliseconds' AND NEW.attempts = OLD.attempts) EXECUTE FUNCTION tell();
       CREATE TRIGGER wait BEFORE UPDATE OF attempts ON outbox FOR EACH STATEMENT EXECUTE FUNCTION wait()`,
    );
    const undo = `DROP TRIGGER IF EXISTS tell ON outbox; DROP TRIGGER IF EXISTS wait ON outbox;
                  DROP FUNCTION IF EXISTS tell(); DROP FUNCTION IF EXISTS wait()`;
    world.after(() => execute(url, undo));

    // Its publishes never arrive, so that its sweep claims what it has committed, and holds it; the other one must not see it.
    const claim = once(watcher, 'notification', { signal: AbortSignal.timeout(CLAIMED_WITHIN_MS) });
    heir.freeze();
    doomed.toRedis.hold('there');
    await claim;
    await doomed.kill();
    const claimed = await execute<{ id: string }>(
      url,
      `SELECT id::text FROM outbox WHERE attempts = 0 AND available_at > created_at + interval '1500 milliseconds'`,
    );
    if (claimed.length === 0) throw new Error('the rows that its sweep had claimed are gone');
    await execute(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'parley' AND wait_event_type = 'Lock'`,
    );
    await watcher.query('SELECT pg_advisory_unlock(1)');
    heir.thaw();
    const killed = performance.now();
    await eventually('they are taken over', async () => {
      const left = `SELECT count(*)::int AS n FROM outbox WHERE id IN (${claimed.map(({ id }) => id)})`;
      const [row] = await execute<{ n: number }>(url, left);
      return row!.n === 0;
    });
    const tookMs = performance.now() - killed;
    expect(tookMs < TAKE_OVER_MS + (full ? 0 : SLACK_MS), `taken over after ${Math.round(tookMs)} ms`);
    await recovers();
  },
};
