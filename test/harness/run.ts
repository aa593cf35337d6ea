import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type EventData, run } from 'node:test';
import { spec } from 'node:test/reporters';
import { SHORT_LIVED } from './short-lived.ts';
import { startTestCluster } from './test-cluster.ts';

/**
 * Runs the test files given, by default all, against one PostgreSQL. Each is a process of its own with databases of its own.
 *
 * In CI nothing may be skipped. PARLEY_TEST_SUMMARY names a file for the numbers: "PASSED FAILED".
 */
const everything = ['test', 'server', 'client', 'dashboard', 'bench'].map((folder) => `${folder}/**/*.test.ts`);
const files = process.argv.slice(2);
/** On two cores: most of them wait for something most of the time. */
const CONCURRENCY = 3;
/** Longer than any test should take; a hanging one must not hang whoever waits for the result. */
const TEST_TIMEOUT_MS = 600_000;
/**
 * So many files that fail among all others are tried once more, alone: a browser on a machine that does three things at once
 * is late at times. Both results are told. More than these are no accident.
 */
const MOST_TRIED_AGAIN = 2;
/** Never tried again: what these see once has happened. */
const FINAL = /^test\/(promises|faults|attacks|upgrade)\//;

/** What became of the tests of a file. */
type Tally = { passed: number; failed: number; skipped: string[] };
type Tallies = Map<string, Tally>;

const interrupted = new AbortController();
for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.on(event, () => interrupted.abort());

const cluster = await startTestCluster();
process.env.PARLEY_TEST_POSTGRES_URL = cluster.adminUrl;
process.env.PARLEY_TEST_TEMPLATE = cluster.template;
try {
  const tallies = await runTests(files.length > 0 ? files : everything, CONCURRENCY);
  const again = failedIn(tallies);
  if (files.length === 0 && mayBeAccident(again)) {
    console.log(`Failed, and is tried once more, alone:\n  ${again.join('\n  ')}`);
    for (const [file, tally] of await runTests(again, 1)) tallies.set(file, tally);
    const still = failedIn(tallies);
    for (const file of again) console.log(`  ${file}: ${still.includes(file) ? 'failed again' : 'passed now'}`);
  }
  const all = [...tallies.values()];
  const skipped = all.flatMap((tally) => tally.skipped);
  const passed = all.reduce((sum, tally) => sum + tally.passed, 0);
  const failed = all.reduce((sum, tally) => sum + tally.failed, 0) + (process.env.CI ? skipped.length : 0);
  if (skipped.length > 0)
    console.log(`Skipped${process.env.CI ? ', which CI must not' : ''}:\n  ${skipped.join('\n  ')}`);
  if (all.length === 0) console.log(`No test in ${(files.length > 0 ? files : everything).join(', ')}.`);
  if (process.env.PARLEY_TEST_SUMMARY) writeFileSync(process.env.PARLEY_TEST_SUMMARY, `${passed} ${failed}\n`);
  process.exitCode = interrupted.signal.aborted ? 130 : failed > 0 || all.length === 0 ? 1 : 0;
} finally {
  await cluster.stop();
}
// Interrupted, test files cannot end what they have started (servers, Redis, browsers). The launcher has put all of it into a
// process group of ours.
if (interrupted.signal.aborted && process.send) process.kill(0, 'SIGTERM');
// Whatever still holds a pipe to us.
process.exit();

async function runTests(globPatterns: string[], concurrency: number): Promise<Tallies> {
  const execArgv = SHORT_LIVED;
  const results = run({ globPatterns, concurrency, execArgv, timeout: TEST_TIMEOUT_MS, signal: interrupted.signal });
  const tallies: Tallies = new Map();
  const tallyOf = (file = 'no file') => {
    const path = relative('.', file);
    const tally = tallies.get(path) ?? { passed: 0, failed: 0, skipped: [] };
    tallies.set(path, tally);
    return tally;
  };
  results.on('test:pass', ({ name, file, skip, todo, details }) => {
    if (skip !== undefined || todo !== undefined) tallyOf(file).skipped.push(`${name} (${file})`);
    else if (details.type !== 'suite') tallyOf(file).passed++;
  });
  results.on('test:fail', ({ file, details }) => {
    if (details.type !== 'suite' || !isOfItsTests(details)) tallyOf(file).failed++;
  });
  const seconds = new Map<string, number>();
  let ended = false;
  results.on('test:summary', (summary) => {
    // There is one for each file, and one for all.
    if (summary.file === undefined) ended = true;
    else seconds.set(summary.file, summary.duration_ms / 1000);
  });
  for await (const text of results.compose(new spec())) process.stdout.write(text);
  if (!ended) throw new Error('The test runner came to no result.');
  if (seconds.size > 1) console.log(`Slowest files:\n${slowest(seconds)}`);
  return tallies;
}

/** A suite fails with its tests, which are counted; or by itself, before or after them. */
function isOfItsTests({ error }: EventData.TestFail['details']): boolean {
  return 'failureType' in error && error.failureType === 'subtestsFailed';
}

function failedIn(tallies: Tallies): string[] {
  return [...tallies].flatMap(([file, { failed }]) => (failed > 0 ? [file] : []));
}

function mayBeAccident(failed: readonly string[]): boolean {
  const few = failed.length > 0 && failed.length <= MOST_TRIED_AGAIN;
  return few && !failed.some((file) => FINAL.test(file)) && !interrupted.signal.aborted;
}

function slowest(seconds: Map<string, number>): string {
  return [...seconds]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 15)
    .map(([file, s]) => `  ${s.toFixed(1).padStart(6)} s  ${relative('.', file)}`)
    .join('\n');
}
