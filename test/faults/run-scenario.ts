import { seededRandom } from '../../bench/replay/seeded-random.ts';
import type { Finding } from '../harness/check-history.ts';
import { judge } from './judge.ts';
import { Load, type LoadSize } from './load.ts';
import type { Outcome, Scenario, Scene } from './scenario.ts';
import type { World } from './world.ts';

export type Form = { readonly full: boolean; readonly seed: number; readonly size: LoadSize };

/** The fault comes when this much of the load is through, so that there is a before; at the least. */
const BEGIN = 0.1;
const BEGIN_WITHIN = 0.2;

/** Load, fault, recovery, then the judge. The world is whole again afterwards, or this rejects. */
export async function runScenario(world: World, scenario: Scenario, { full, seed, size }: Form): Promise<Outcome> {
  const random = seededRandom(`${seed} ${scenario.name}`);
  const findings: Finding[] = [];
  let recoverySeconds: number | undefined;
  const load = await Load.open(world, size, random);
  const found = (kind: Finding['kind'], what: string) => void findings.push({ kind, what });
  await load.reach(BEGIN + BEGIN_WITHIN * random.next());
  const scene: Scene = {
    world,
    load,
    random,
    full,
    found,
    expect(condition, what) {
      if (!condition) found('unexpected', what);
    },
    async recovers() {
      const seconds = await load.recovers();
      recoverySeconds = Math.max(recoverySeconds ?? 0, seconds);
      return seconds;
    },
  };
  // What never comes is a finding as well, and what did come is judged all the same.
  const stuck = (error: Error) => {
    found('unexpected', `it did not come to its end: ${error.message}`);
    world.heal(); // or the rest would be waited for as long as there is patience, and not come either
  };
  await scenario.run(scene).catch(stuck);
  await load.finish().catch(stuck);
  findings.push(...(await judge(world, load, scenario)));
  await world.restore();
  return { findings, sent: load.pushed, acknowledged: load.acknowledged, recoverySeconds };
}
