import { cpus, totalmem } from 'node:os';
import type { Figure } from '../scenarios/scenario.ts';
import type { Measured } from './run-job.ts';

export type Measurement = { readonly row: string; readonly load: string; readonly runs: readonly Measured[] };
export type MeasuredTable = {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly rows: readonly Measurement[];
};

export type MeasuredScenario = {
  readonly title: string;
  readonly about: string;
  readonly figures: readonly Figure[];
};

const median = (numbers: readonly number[]) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};
const whole = (n: number) => Math.round(n).toLocaleString('en');
const ms = (n: number) => n.toFixed(n < 10 ? 1 : 0);

/** What one row comes to: the medians of its runs, and every finding of all of them. */
export function summarize({ runs }: Measurement) {
  const of = (pick: (run: Measured) => number | undefined) => median(runs.map((run) => pick(run) ?? Number.NaN));
  const total = (pick: (run: Measured) => number) => runs.reduce((sum, run) => sum + pick(run), 0);
  return {
    perSecond: of((run) => run.deliveredPerSecond),
    acknowledgedP50: of((run) => run.sendToAcknowledged.p50),
    receivedP50: of((run) => run.sendToReceived.p50),
    receivedP99: of((run) => run.sendToReceived.p99),
    serverMicros: of((run) => run.serverMicros),
    postgresMicros: of((run) => run.postgresMicros),
    spans: of((run) => run.spans),
    lost: total((run) => run.lost),
    doubled: total((run) => run.doubled),
    outOfOrder: total((run) => run.outOfOrder),
  };
}

export function renderReport(
  tables: readonly MeasuredTable[],
  scenarios: readonly MeasuredScenario[],
  { seconds, repeats }: { seconds: number; repeats: number },
): string {
  const cores = cpus();
  const lines = [
    '# Benchmark',
    '',
    `Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: Node ${process.versions.node}, ${cores.length} cores (${cores[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, shared by server, PostgreSQL and the generator. Medians of ${repeats} interleaved runs of ${seconds} s. Compare numbers of one report only: machines differ by the hour.`,
  ];
  for (const { name, title, about, rows } of tables) {
    lines.push('', `## ${title}`, '', about, '');
    if (rows.length > 1) lines.push(`![${title}](${name}.svg)`, '');
    lines.push(
      '| server | load | delivered/s | acknowledged p50 | received p50 | received p99 | CPU µs/message: server + PostgreSQL | spans/message | lost, doubled, out of order |',
      '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    );
    for (const row of rows) {
      const s = summarize(row);
      lines.push(
        `| ${row.row} | ${row.load} | ${whole(s.perSecond)} | ${ms(s.acknowledgedP50)} ms | ${ms(s.receivedP50)} ms | ${ms(s.receivedP99)} ms | ${Number.isNaN(s.serverMicros) ? '–' : `${whole(s.serverMicros)} + ${whole(s.postgresMicros)}`} | ${Number.isNaN(s.spans) ? '–' : s.spans.toFixed(1)} | ${s.lost}, ${s.doubled}, ${s.outOfOrder} |`,
      );
    }
  }
  for (const { title, about, figures } of scenarios) {
    lines.push('', `## ${title}`, '', about, '', '| | | target |', '| --- | ---: | --- |');
    for (const { name, value, unit, target } of figures)
      lines.push(`| ${name} | ${unit ? `${ms(value)} ${unit}` : whole(value)} | ${target ?? ''} |`);
  }
  return `${lines.join('\n')}\n`;
}

const WIDTH = 720;
const LABEL = 260;
const BAR = 22;

/** Bars of delivered messages per second; readable on light and dark pages. */
export function renderBars({ title, rows }: MeasuredTable): string {
  const values = rows.map((row) => summarize(row).perSecond);
  const most = Math.max(...values);
  const bars = rows.map((row, i) => {
    const y = 8 + i * (BAR + 8);
    const length = Math.max(1, ((WIDTH - LABEL - 80) * values[i]!) / most);
    const fill = row.row.startsWith('Parley') ? '#3b82f6' : '#94a3b8';
    const text = `font-family="system-ui, sans-serif" font-size="13" fill="#64748b"`;
    return `  <text x="${LABEL - 8}" y="${y + 16}" text-anchor="end" ${text}>${row.row} · ${row.load}</text>
  <rect x="${LABEL}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="3" fill="${fill}"/>
  <text x="${LABEL + length + 6}" y="${y + 16}" ${text}>${whole(values[i]!)}/s</text>`;
  });
  const height = 16 + rows.length * (BAR + 8);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">
${bars.join('\n')}
</svg>
`;
}
