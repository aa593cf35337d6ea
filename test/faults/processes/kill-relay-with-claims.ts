import { eventually } from '../../harness/eventually.ts';
import { execute } from '../../harness/execute.ts';
import type { Scenario } from '../scenario.ts';

/** Rows of a dead relay are taken over within this; a test's machine may be busy with others as well. */
const TAKE_OVER_MS = 5_000;
const SLACK_MS = 10_000;

export const killRelayWithClaims: Scenario = {
  name: 'kill-relay-with-claims',
  promises: 'D5',
  fault: 'kill -9 of a relay that holds claimed rows: another takes them over within 5 s',
  async run({ world, full, expect, recovers }) {
    const { url } = world.database;
    const [doomed, heir] = world.slots;
    // Its publishes never arrive, so that its sweep claims what it has committed, and holds it; the other one must not see it.
    heir.freeze();
    doomed.toRedis.hold('there');
    const claimed = await eventually('its sweep has claimed rows', async () => {
      const rows = await execute<{ id: string }>(
        url,
        `SELECT id::text FROM outbox WHERE available_at > clock_timestamp() + interval '1500 milliseconds' AND attempts = 0`,
      );
      return rows.length > 0 && rows.map(({ id }) => id);
    });
    await doomed.kill();
    heir.thaw();
    const killed = performance.now();
    await eventually('they are taken over', async () => {
      const [row] = await execute<{ n: number }>(url, `SELECT count(*)::int AS n FROM outbox WHERE id IN (${claimed})`);
      return row!.n === 0;
    });
    const tookMs = performance.now() - killed;
    expect(tookMs < TAKE_OVER_MS + (full ? 0 : SLACK_MS), `taken over after ${Math.round(tookMs)} ms`);
    await recovers();
  },
};
