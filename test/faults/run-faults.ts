import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startTestCluster } from '../harness/test-cluster.ts';
import type { Group } from './groups.ts';
import type { LoadSize } from './load.ts';
import { type Row, renderReport } from './render-report.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

const help = `Breaks everything that Parley stands on, under load, and judges what became of every message.

  npm run faults [-- --seed N] [--only NAME] [--messages N] [--list]

  --seed N      one run with this seed instead of three
  --only NAME   this fault alone; may be given several times
  --messages N  at least so many in each run instead of 5,000
  --list        the faults by name

Without --seed and --only it writes bench/reports/faults.md, anew after each seed. Exit code 1 when a promise was broken.
`;

const SEEDS = [1, 2, 3];
const CONVERSATIONS = 20;
/** Of what the same load does at most when nothing goes wrong. */
const SHARE_OF_MAXIMUM = 0.6;
const PATIENCE_MS = 120_000;
/** Messages before the maximum is measured, and for how long it is. */
const WARM_UP = 500;
const MEASURED_MS = 5_000;
const REPORT = new URL('../../bench/reports/faults.md', import.meta.url);

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    only: { type: 'string', multiple: true },
    messages: { type: 'string', default: '5000' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(help);
  process.exit();
}
const cluster = await startTestCluster();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => cluster.stop().finally(() => process.exit(130)));
try {
  process.exitCode = await main();
} finally {
  await cluster.stop();
}
// Whatever still holds a pipe to us.
process.exit();

async function main(): Promise<number> {
  // Where the databases are made is looked at when this is loaded.
  process.env.PARLEY_TEST_POSTGRES_URL = cluster.adminUrl;
  process.env.PARLEY_TEST_TEMPLATE = cluster.template;
  const { groups } = await import('./groups.ts');
  const all: Group[] = Object.values(groups);
  const names = all.flatMap(({ scenarios }) => scenarios.map(({ name }) => name));
  if (values.list) return print(`${names.join('\n')}\n`);
  const unknown = values.only?.find((name) => !names.includes(name));
  if (unknown) return print(`There is no fault "${unknown}". See --list.\n`, 1);
  const seeds = values.seed ? [Number(values.seed)] : SEEDS;
  const wanted = ({ name }: Scenario) => !values.only || values.only.includes(name);
  const began = performance.now();
  const perSecond = await measureMaximum();
  const size = {
    conversations: CONVERSATIONS,
    messages: Number(values.messages),
    perSecond,
    patienceMs: PATIENCE_MS,
  };
  const rows: Row[] = [];
  const total = seeds.length * names.filter((name) => !values.only || values.only.includes(name)).length;
  for (const [round, seed] of seeds.entries()) {
    for (const group of all)
      rows.push(...(await runGroup(group, group.scenarios.filter(wanted), seed, size, rows.length, total)));
    if (values.only || values.seed) continue;
    // After each round, so that an interrupted run has a report as well.
    const minutes = (performance.now() - began) / 60_000;
    await mkdir(new URL('.', REPORT), { recursive: true });
    await writeFile(REPORT, await renderReport(rows, { seeds: seeds.slice(0, round + 1), size, minutes }));
    process.stdout.write('Written: bench/reports/faults.md\n');
  }
  const broken = rows.filter(({ findings }) => findings.length > 0);
  process.stdout.write(`${rows.length} runs, ${broken.length} broke a promise.\n`);
  return broken.length > 0 ? 1 : 0;
}

/** Messages acknowledged per second when nothing goes wrong and nobody waits for the clock. */
async function measureMaximum(): Promise<number> {
  const { Load } = await import('./load.ts');
  const { openWorld } = await import('./world.ts');
  const { seededRandom } = await import('../../bench/replay/seeded-random.ts');
  const world = await openWorld();
  const size = { conversations: CONVERSATIONS, messages: WARM_UP, perSecond: 1e6, patienceMs: PATIENCE_MS };
  const load = await Load.open(world, size, seededRandom('maximum'));
  await load.reach(1);
  const before = load.acknowledged;
  await pause(MEASURED_MS);
  const maximum = (load.acknowledged - before) / (MEASURED_MS / 1_000);
  await load.finish();
  await world.close();
  const perSecond = Math.max(1, Math.round(maximum * SHARE_OF_MAXIMUM));
  process.stdout.write(`At most ${Math.round(maximum)} messages/s; the faults come at ${perSecond} messages/s.\n`);
  return perSecond;
}

/** In one world, until something fails: then the next scenario gets a fresh one. */
async function runGroup(
  group: Group,
  scenarios: readonly Scenario[],
  seed: number,
  size: LoadSize,
  done: number,
  total: number,
): Promise<Row[]> {
  const { runScenario } = await import('./run-scenario.ts');
  const { openWorld, NotPossible } = await import('./world.ts');
  const rows: Row[] = [];
  let world: World | undefined;
  const leave = async () => {
    const left = world;
    world = undefined;
    await left?.close().catch((error: unknown) => process.stdout.write(`    ${error}\n`));
  };
  for (const scenario of scenarios) {
    const about = { name: scenario.name, promises: scenario.promises, fault: scenario.fault, group: group.name, seed };
    process.stdout.write(`[${done + rows.length + 1}/${total}] seed ${seed}  ${scenario.name} … `);
    try {
      if (scenario.world) await leave();
      world ??= await openWorld({ ...group.world, ...scenario.world });
      const outcome = await runScenario(world, scenario, { full: true, seed, size });
      rows.push({ ...about, ...outcome });
    } catch (error) {
      const what =
        error instanceof NotPossible ? error.message : `it did not come to its end: ${(error as Error).message}`;
      const nothing = { sent: 0, acknowledged: 0, recoverySeconds: undefined };
      if (error instanceof NotPossible) rows.push({ ...about, ...nothing, findings: [], notRun: what });
      else rows.push({ ...about, ...nothing, findings: [{ kind: 'unexpected', what }] });
      await leave();
    }
    process.stdout.write(summary(rows.at(-1)!));
    if (scenario.world || rows.at(-1)!.findings.length > 0) await leave();
  }
  await leave();
  return rows;
}

function summary({ notRun, findings, acknowledged, recoverySeconds }: Row): string {
  if (notRun) return `not run: ${notRun}\n`;
  const recovery = recoverySeconds === undefined ? '' : `, recovered in ${recoverySeconds.toFixed(1)} s`;
  const broken = findings.map(({ kind, what }) => `    ${kind}: ${what}\n`).join('');
  return `${findings.length > 0 ? 'BROKEN' : 'kept'}: ${acknowledged} acknowledged${recovery}\n${broken}`;
}

function print(text: string, code = 0): number {
  process.stdout.write(text);
  return code;
}
