import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../harness/eventually.ts';
import type { Scenario } from '../scenario.ts';

const AWAY_MS = 5_000;
const SHORTLY_MS = 1_500;
const TOLD_WITHIN_MS = 5_000;

export const postgresRestart: Scenario = {
  name: 'postgres-restart',
  promises: 'D1, D2, D4',
  fault: 'PostgreSQL is stopped and restarted: the processes live, /readyz says 503 and then 200, the retries succeed',
  async run({ world, full, expect, recovers }) {
    const ready = async () => {
      const statuses = world.slots.map(async ({ server }) => (await fetch(`${server.url}/readyz`)).status);
      return (await Promise.all(statuses)).join();
    };
    const pids = world.slots.map(({ server }) => server.pid);
    await world.postgres.stop();
    const began = performance.now();
    const told = await ready();
    const tookMs = performance.now() - began;
    expect(told === '503,503', `/readyz says ${told} while PostgreSQL is away`);
    expect(tookMs < TOLD_WITHIN_MS, `/readyz took ${Math.round(tookMs)} ms`);
    await pause(full ? AWAY_MS : SHORTLY_MS);
    await world.postgres.start();
    await eventually('both are ready again', async () => (await ready()) === '200,200').catch(() =>
      expect(false, '/readyz never says 200 again'),
    );
    await recovers();
    expect(
      world.slots.every(({ server }, i) => server.pid === pids[i]),
      'a process did not live through it',
    );
  },
};
