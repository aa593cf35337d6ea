import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, describe, test } from 'node:test';
import type { Group } from './groups.ts';
import { runScenario } from './run-scenario.ts';
import { openWorld, type World } from './world.ts';

/** Small, but real: what `npm run faults` does with twenty conversations and thousands of messages. */
export const SHORT = { conversations: 3, messages: 90, perSecond: 50, patienceMs: 90_000 };

/** The short form of a group's scenarios, in one world as long as nothing fails. */
export function testGroup({ name, scenarios, world: options }: Group): void {
  const seed = Number(process.env.PARLEY_SEED ?? randomInt(2 ** 31));
  describe(`faults: ${name} (PARLEY_SEED=${seed})`, () => {
    let shared: World | undefined;
    const closeShared = async () => {
      const world = shared;
      shared = undefined;
      await world?.close();
    };
    after(closeShared);
    for (const scenario of scenarios.filter(({ fullOnly }) => !fullOnly)) {
      test(`${scenario.promises}: ${scenario.fault}`, async () => {
        if (scenario.world) await closeShared();
        shared ??= await openWorld({ ...options, ...scenario.world });
        try {
          const { findings } = await runScenario(shared, scenario, { full: false, seed, size: SHORT });
          assert.deepEqual(
            findings.map(({ kind, what }) => `${kind}: ${what}`),
            [],
          );
        } catch (error) {
          await closeShared();
          throw error;
        }
        if (scenario.world) await closeShared();
      });
    }
  });
}
