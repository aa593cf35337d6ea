import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import type { Finding } from '../harness/check-history.ts';
import type { LoadSize } from './load.ts';
import type { Outcome } from './scenario.ts';

export type Row = Outcome & {
  readonly name: string;
  readonly promises: string;
  readonly fault: string;
  readonly group: string;
  readonly seed: number;
  /** Why this machine could not make this fault. */
  readonly notRun?: string;
};

/** Characters of a finding: some end with the frames that came. */
const LONGEST_FINDING = 300;

type Circumstances = { seeds: readonly number[]; size: LoadSize; minutes: number };

/** What `npm run faults` has seen, as a page. */
export async function renderReport(rows: readonly Row[], { seeds, size, minutes }: Circumstances): Promise<string> {
  const broken = rows.flatMap(({ name, seed, findings }) =>
    findings.map(({ kind, what }) => `- ${name}, seed ${seed}: ${kind}: ${what.slice(0, LONGEST_FINDING)}`),
  );
  const byFault = Map.groupBy(rows, ({ name }) => name);
  const groups = Map.groupBy(byFault.values(), ([row]) => row!.group);
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  return `# Faults

Written by \`npm run faults\`, ${new Date().toISOString().slice(0, 10)}. Each fault was made for real (processes, PostgreSQL, Redis and networks that
were killed, stopped, cut or filled), with the seeds ${seeds.join(', ')}, while ${size.conversations} conversations went on through the project's own
client at ${size.perSecond} messages a second, 60 % of what the same load does on this machine when nothing goes wrong, at least ${size.messages.toLocaleString('en')}
messages for each run. Judged on raw frames, beneath the client, when everything was drained, together with the audit of the database.

**${sum(({ acknowledged }) => acknowledged).toLocaleString('en')} messages acknowledged; ${count(rows, 'lost')} lost, ${count(rows, 'doubled')} doubled, ${count(rows, 'order')} out of order, ${count(rows, 'unexpected')} other findings.**

- sent, acknowledged: messages of all ${seeds.length} runs together
- recovery: the longest time from the end of the fault (of a kill: from the kill) until every device had everything that was
  stored, and sends were acknowledged again. Clients come back after a lost connection with a random back-off of up to a second,
  longer after each failure; one that went silent is noticed after 15 s.

${[...groups].map(([group, faults]) => renderGroup(group, faults)).join('\n')}
## What was found

${broken.length > 0 ? broken.join('\n') : 'Nothing.'}

## Where

${cpus().length} × ${cpus()[0]!.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux; Node ${process.versions.node}, PostgreSQL 18.4, ${redisVersion()}; server
processes, PostgreSQL, Redis, networks and load all on this one machine; ${Math.round(minutes)} minutes.
`;
}

function renderGroup(group: string, faults: readonly Row[][]): string {
  const lines = faults.map((runs) => {
    const { name, promises, fault, notRun } = runs[0]!;
    const total = (of: (row: Row) => number) => runs.reduce((sum, row) => sum + of(row), 0).toLocaleString('en');
    const recoveries = runs.flatMap(({ recoverySeconds }) => recoverySeconds ?? []);
    const figures = notRun
      ? ['', '', '', '', '', notRun]
      : [
          total(({ sent }) => sent),
          total(({ acknowledged }) => acknowledged),
          count(runs, 'lost'),
          count(runs, 'doubled'),
          count(runs, 'order'),
          recoveries.length > 0 ? `${Math.max(...recoveries).toFixed(1)} s` : 'none needed',
        ];
    return `| **${name}**: ${fault} | ${promises} | ${figures.join(' | ')} |`;
  });
  return `## ${group[0]!.toUpperCase()}${group.slice(1)}

| fault | promises | sent | acknowledged | lost | doubled | out of order | recovery |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
${lines.join('\n')}
`;
}

const count = (rows: readonly Row[], kind: Finding['kind']) =>
  rows.reduce((sum, { findings }) => sum + findings.filter((finding) => finding.kind === kind).length, 0);

function redisVersion(): string {
  const [, version = ''] = /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' })) ?? [];
  return `Redis ${version}`;
}
