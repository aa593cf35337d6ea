import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { runCommand } from '../server/cli/run-command.ts';
import { startEmbeddedPostgres } from '../server/embedded-postgres.ts';
import { plan, profiled, type Row } from './load/plan.ts';
import { renderProfile } from './load/render-profile.ts';
import { type MeasuredTable, renderBars, renderReport } from './load/render-report.ts';
import { type Measured, runJob } from './load/run-job.ts';

const help = `npm run bench [-- --seconds 5] [--repeats 3] [--only TABLE] [--profile] [--dialogues FILE] [--out FOLDER]

Measures Parley and the servers it is compared with, in one run, on one PostgreSQL with fsync on, and writes a report with
plots. Tables: servers, in-flight, rates, tracing, safety, kpis. --profile: no tables, but the functions in which the server
spends its time, with a profile for the developer tools of a browser. FILE: dialogues as for npm run replay, for bodies that people
wrote.
`;

/** Node compiles what is hot only after some thousand messages. */
const WARM_UP_MS = 5_000;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '5' },
      repeats: { type: 'string', default: '3' },
      only: { type: 'string' },
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
  const tables = plan(collector.url).filter(({ name }) => !values.only || name === values.only);
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
  const report = renderReport(measured, { seconds, repeats });
  process.stdout.write(report);
  await writeFile(join(values.out, 'bench.md'), report);
  for (const table of measured) await writeFile(join(values.out, `${table.name}.svg`), renderBars(table));
  return failed ? 1 : 0;
});

function describe({ pace }: Row): string {
  return pace.type === 'closed' ? `${pace.inFlight} under way` : `${pace.perSecond} per second`;
}

type Postgres = Awaited<ReturnType<typeof startPostgres>>;

async function measure(row: Row, postgres: Postgres, bodies: string[], seconds: number): Promise<Measured> {
  const { target, pace, pairs } = row;
  await using database = await postgres.createDatabase();
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

/** A cluster of its own, with the settings of Parley's: fsync and synchronous_commit on. */
async function startPostgres() {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const { url, stop } = await startEmbeddedPostgres({
    dataDir,
    log: { info() {}, warn: console.error, error: console.error },
  });
  let number = 0;
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: withDatabase(url, 'postgres') });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  return {
    pid: Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]),
    async createDatabase() {
      const name = `bench_${++number}`;
      await admin(`CREATE DATABASE ${name}`);
      return {
        url: withDatabase(url, name),
        [Symbol.asyncDispose]: () => admin(`DROP DATABASE ${name} WITH (FORCE)`),
      };
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
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
