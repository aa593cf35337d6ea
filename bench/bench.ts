import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from '../server/cli/run-command.ts';
import { plan, profiled, type Row, underScenarios } from './load/plan.ts';
import { renderProfile } from './load/render-profile.ts';
import { type MeasuredScenario, type MeasuredTable, renderBars, renderReport } from './load/render-report.ts';
import { type Measured, runJob } from './load/run-job.ts';
import { type Postgres, startPostgres } from './load/start-postgres.ts';
import { runScenario } from './scenarios/run-scenario.ts';
import type { Figure } from './scenarios/scenario.ts';
import { scenarios } from './scenarios/scenarios.ts';

const help = `npm run bench [-- --seconds 5] [--repeats 3] [--only TABLE …] [--profile] [--dialogues FILE] [--out FOLDER]

Measures Parley and the servers it is compared with, in one run, on one PostgreSQL with fsync on, and writes a report with
plots. Tables: servers, in-flight, rates, tracing, safety, kpis, growing (ten million messages: minutes to fill, 5 GB of
disk); and what happens to many connections: idle, storm, group, resume. --profile: no tables, but the functions in which the
server spends its time, with a profile for the developer tools of a browser. FILE: dialogues as for npm run replay, for bodies
that people wrote.
`;

/** Node compiles what is hot only after some thousand messages. */
const WARM_UP_MS = 5_000;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '5' },
      repeats: { type: 'string', default: '3' },
      only: { type: 'string', multiple: true },
      profile: { type: 'boolean' },
      dialogues: { type: 'string' },
      out: { type: 'string', default: 'bench/reports' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [seconds, repeats] = [Number(values.seconds), Number(values.repeats)];
  const bodies = values.dialogues
    ? await bodiesOf(values.dialogues)
    : ['Hello, where is my order? It was to come on Monday.'];
  await mkdir(values.out, { recursive: true });
  await using collector = await startCollector();
  await using postgres = await startPostgres();
  if (values.profile) {
    const row = profiled(collector.url);
    const { profile } = await measure(row, postgres, bodies, seconds);
    const report = renderProfile(profile!, `${row.target.name}, ${describe(row)}, for ${seconds} s`);
    process.stdout.write(report);
    await writeFile(join(values.out, 'profile.md'), report);
    await writeFile(join(values.out, 'profile.cpuprofile'), JSON.stringify(profile));
    return 0;
  }
  const isWanted = (name: string) => !values.only || values.only.includes(name);
  const tables = plan(collector.url).filter(({ name }) => isWanted(name));
  const measured: MeasuredTable[] = [];
  let failed = false;
  for (const table of tables) {
    const runs = table.rows.map((): Measured[] => []);
    // Interleaved, so that a slow minute of the machine hits all alike.
    for (let repeat = 1; repeat <= repeats; repeat++) {
      for (const [i, row] of table.rows.entries()) {
        process.stderr.write(`${table.name} ${repeat}/${repeats}: ${row.target.name}, ${describe(row)} … `);
        const run = await measure(row, postgres, bodies, seconds);
        runs[i]!.push(run);
        failed ||= run.lost + run.doubled + run.outOfOrder > 0;
        process.stderr.write(`${Math.round(run.deliveredPerSecond)}/s\n`);
      }
    }
    measured.push({
      ...table,
      rows: table.rows.map((row, i) => ({ row: row.target.name, load: describe(row), runs: runs[i]! })),
    });
  }
  const seen: MeasuredScenario[] = [];
  for (const { scenario, size } of scenarios.filter(({ scenario: { name } }) => isWanted(name))) {
    process.stderr.write(`${scenario.name}: ${size} … `);
    seen.push({ ...scenario, figures: await measureScenario(scenario.name, size, collector.url, postgres) });
    process.stderr.write('done\n');
  }
  const report = renderReport(measured, seen, { seconds, repeats });
  process.stdout.write(report);
  await writeFile(join(values.out, 'bench.md'), report);
  for (const table of measured) await writeFile(join(values.out, `${table.name}.svg`), renderBars(table));
  return failed ? 1 : 0;
});

function describe({ pace }: Row): string {
  return pace.type === 'closed' ? `${pace.inFlight} under way` : `${pace.perSecond} per second`;
}

async function measure(row: Row, postgres: Postgres, bodies: string[], seconds: number): Promise<Measured> {
  const { target, pace, pairs, stored } = row;
  await using database = await postgres.createDatabase(stored);
  const server = await target.start(database.url);
  try {
    return await runJob(server, postgres.pid, {
      protocol: target.protocol,
      pairs,
      pace,
      bodies,
      receipts: server.signs,
      warmUpMs: WARM_UP_MS,
      durationMs: seconds * 1000,
    });
  } finally {
    await server.stop();
  }
}

async function measureScenario(
  name: string,
  size: number,
  otlpUrl: string,
  postgres: Postgres,
): Promise<readonly Figure[]> {
  await using database = await postgres.createDatabase();
  const targets = underScenarios(otlpUrl);
  const [parley, bare] = await Promise.all([targets.parley.start(database.url), targets.bare.start(database.url)]);
  try {
    return await runScenario(name, { parley, bare, databaseUrl: database.url, size });
  } finally {
    await Promise.all([parley.stop(), bare.stop()]);
  }
}

/** Takes every span and keeps none: the cost of exporting is the server's, that of storing somebody else's. */
async function startCollector() {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function bodiesOf(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  return lines.flatMap((line) => (JSON.parse(line) as { turns: { text: string }[] }).turns.map(({ text }) => text));
}
