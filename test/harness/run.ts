import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type EventData, run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
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

/** The types of Node know all of them but one. */
type Counts = EventData.TestSummary['counts'] & { failed: number };

const interrupted = new AbortController();
for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.on(event, () => interrupted.abort());

const cluster = await startTestCluster();
process.env.PARLEY_TEST_POSTGRES_URL = cluster.adminUrl;
process.env.PARLEY_TEST_TEMPLATE = cluster.template;
// Kept between files and runs: a third of what it costs to start a server is compiling it, and that is done sixty times.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));
try {
  const { counts, skipped } = await runTests();
  const failures = counts.failed + counts.cancelled + (process.env.CI ? skipped.length : 0);
  if (skipped.length > 0)
    console.log(`Skipped${process.env.CI ? ', which CI must not' : ''}:\n  ${skipped.join('\n  ')}`);
  if (counts.tests === 0) console.log(`No test in ${(files.length > 0 ? files : everything).join(', ')}.`);
  if (process.env.PARLEY_TEST_SUMMARY) writeFileSync(process.env.PARLEY_TEST_SUMMARY, `${counts.passed} ${failures}\n`);
  process.exitCode = interrupted.signal.aborted ? 130 : failures > 0 || counts.tests === 0 ? 1 : 0;
} finally {
  await cluster.stop();
}
// Interrupted, test files cannot end what they have started (servers, Redis, browsers). The launcher has put all of it into a
// process group of ours.
if (interrupted.signal.aborted && process.send) process.kill(0, 'SIGTERM');
// Whatever still holds a pipe to us.
process.exit();

async function runTests(): Promise<{ counts: Counts; skipped: string[] }> {
  const results = run({
    globPatterns: files.length > 0 ? files : everything,
    concurrency: CONCURRENCY,
    timeout: TEST_TIMEOUT_MS,
    signal: interrupted.signal,
  });
  const skipped: string[] = [];
  results.on('test:pass', ({ name, file, skip, todo }) => {
    if (skip !== undefined || todo !== undefined) skipped.push(`${name} (${file})`);
  });
  let counts: Counts | undefined;
  const seconds = new Map<string, number>();
  results.on('test:summary', (summary) => {
    // There is one for each file, and one for all.
    if (summary.file === undefined) counts = summary.counts as Counts;
    else seconds.set(summary.file, summary.duration_ms / 1000);
  });
  for await (const text of results.compose(new spec())) process.stdout.write(text);
  if (!counts) throw new Error('The test runner came to no result.');
  if (seconds.size > 1) console.log(`Slowest files:\n${slowest(seconds)}`);
  return { counts, skipped };
}

function slowest(seconds: Map<string, number>): string {
  return [...seconds]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 15)
    .map(([file, s]) => `  ${s.toFixed(1).padStart(6)} s  ${relative('.', file)}`)
    .join('\n');
}
