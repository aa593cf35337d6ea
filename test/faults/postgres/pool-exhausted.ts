import pg from 'pg';
import { connect, OperationError } from '../../harness/actor.ts';
import type { Scenario } from '../scenario.ts';

/** Connections per process. */
const POOL = 8;
/** A wait for a connection and one for a lock, and slack. */
const ANSWERED_WITHIN_MS = 10_000;

export const poolExhausted: Scenario = {
  name: 'pool-exhausted',
  promises: 'D1, D2',
  fault: 'all connections of both processes wait for locks that another session holds: bounded waits, clear errors',
  async run({ world, load, expect, recovers }) {
    const holder = new pg.Client({ connectionString: world.database.url });
    holder.on('error', () => {});
    world.after(() => holder.end());
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE member, conversation IN ACCESS EXCLUSIVE MODE');
    const asked = await Promise.all(
      world.slots.map(async ({ door }) => {
        const url = `http://127.0.0.1:${door.port}`;
        const waiting = connect(world, { url }, { name: 'somebody else' });
        const actor = await waiting.catch(() => undefined);
        if (!actor) return [];
        return Promise.all(
          Array.from({ length: 2 * POOL }, async () => {
            const began = performance.now();
            const code = await actor.post('{ conversations { edges { cursor } } }').then(
              () => 'answered',
              (error: unknown) => (error instanceof OperationError ? error.code : String(error)),
            );
            return { code, ms: performance.now() - began };
          }),
        );
      }),
    );
    await holder.query('ROLLBACK');
    await recovers();
    await load.gain(1);
    for (const { code, ms } of asked.flat()) {
      expect(code === 'UNAVAILABLE', `who asked meanwhile was told ${code}`);
      expect(ms < ANSWERED_WITHIN_MS, `who asked meanwhile was told after ${Math.round(ms)} ms`);
    }
  },
};
