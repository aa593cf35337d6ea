import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { killUnderLoad } from './processes/kill-under-load.ts';
import { rollingSigterm } from './processes/rolling-sigterm.ts';
import { lateAcknowledgements } from './readers/late-acknowledgements.ts';
import { parallelRetries } from './readers/parallel-retries.ts';
import { stuckReader } from './readers/stuck-reader.ts';
import { killSubscribers } from './redis/kill-subscribers.ts';
import { redisGone } from './redis/redis-gone.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { openWorld } from './world.ts';

/** A build in which one promise is broken, a fault that shows it, and what the checker must say. */
const builds: [build: string, scenario: Scenario, finding: RegExp][] = [
  ['d1-acknowledges-before-commit', killUnderLoad, /was acknowledged as \d+ and (is lost|stands at)/],
  ['d2-forgets-fingerprints', parallelRetries, /has another body than was sent/],
  ['d3-counts-in-memory', killSubscribers, /the log has \d+ where \d+ belongs/],
  ['d4-skips-holes', killSubscribers, /never received \d+/],
  ['d5-deletes-before-publishing', redisGone, /what was stored without Redis was never published/],
  ['d6-buffers-without-bound', stuckReader, /a stuck reader made the process hold [\d.]+ MB/],
  ['d7-lets-watermarks-fall', lateAcknowledgements, /watermarks never reached the head|fall from \d+ to \d+/],
  ['d8-leaves-the-door-open', killSubscribers, /a stranger gets into conversation/],
  ['d9-leaves-at-once', rollingSigterm, /sockets were closed with 1006 instead of 1012/],
  ['d10-answers-from-a-replica', killSubscribers, /shows what a fresh query does not/],
];

/** What a broken build never does is not waited for as long as what a busy machine does late. */
const SIZE = { conversations: 2, messages: 200, perSecond: 100, patienceMs: 8_000 };

describe('the checker of faults fails on a build that breaks', () => {
  for (const [build, scenario, finding] of builds) {
    test(build, async () => {
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
});
