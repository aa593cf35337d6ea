import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { openWorld } from './world.ts';

/** What a broken build never does is not waited for as long as what a busy machine does late. */
const SIZE = { conversations: 2, messages: 80, perSecond: 60, patienceMs: 1_500 };

/** Declares that the checker finds out a build in which one promise is broken, by a fault that shows it. */
export function testBrokenBuild(build: string, scenario: Scenario, finding: RegExp): void {
  test(`the checker of faults fails on a build that breaks ${build}`, async () => {
    const stand = new URL(`broken/${build}.ts`, import.meta.url);
    const world = await openWorld({ env: { NODE_OPTIONS: `--import ${stand}`, LOG_LEVEL: 'fatal' } });
    try {
      const { findings } = await runScenario(world, scenario, { full: false, seed: 1, size: SIZE });
      assert.ok(
        findings.some(({ what }) => finding.test(what)),
        `found instead: ${findings.map(({ what }) => what).join('; ') || 'nothing'}`,
      );
    } finally {
      await world.close();
    }
  });
}
