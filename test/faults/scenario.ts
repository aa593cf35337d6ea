import type { Random } from '../../bench/replay/seeded-random.ts';
import type { Finding } from '../harness/check-history.ts';
import type { Load } from './load.ts';
import type { World, WorldOptions } from './world.ts';

/** One fault. */
export type Scenario = {
  /** Its file's name; what `npm run faults -- --only` takes. */
  readonly name: string;
  /** The promises that could break (server/delivery/SPEC.md). */
  readonly promises: string;
  /** What goes wrong, in a sentence. */
  readonly fault: string;
  /** Where it is not the world of its group. */
  readonly world?: WorldOptions;
  /** Not in the short form: `npm test` sees it elsewhere, or it needs what not every machine has. */
  readonly fullOnly?: boolean;
  /** False: outbox rows may end as dead letters, because that is what is tested. */
  readonly allPublished?: boolean;
  /** Breaks and heals while the load is running. What then must hold everywhere is judged afterwards. */
  run(scene: Scene): Promise<void>;
};

export type Scene = {
  readonly world: World;
  readonly load: Load;
  readonly random: Random;
  /** True in `npm run faults`, false in `npm test`. */
  readonly full: boolean;
  /** A promise that this scenario alone looks at was broken. */
  found(kind: Finding['kind'], what: string): void;
  expect(condition: boolean, what: string): void;
  /** From now on: how long until everybody has everything and sends go on. The longest one is reported. */
  recovers(): Promise<number>;
};

export type Outcome = {
  readonly findings: readonly Finding[];
  readonly sent: number;
  readonly acknowledged: number;
  /** Longest recovery in seconds; undefined where nothing had to recover. */
  readonly recoverySeconds: number | undefined;
};
