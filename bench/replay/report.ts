import { type FindingKind, findingKinds } from './findings.ts';
import type { LatencySummary } from './latency-histogram.ts';
import type { Options } from './options.ts';
import type { Tally } from './tally.ts';

export type Report = {
  readonly startedAt: string;
  readonly durationMs: number;
  readonly interrupted: boolean;
  readonly options: Omit<Options, 'json' | 'url'> & { readonly url: string };
  readonly dialogues: Tally['dialogues'];
  readonly messages: Tally['messages'] & { readonly perSecond: number };
  readonly findings: Record<FindingKind, number>;
  readonly examples: readonly string[];
  readonly latencyMs: Record<keyof Tally['latency'], LatencySummary>;
  readonly connections: Tally['connections'];
  readonly refused: Tally['refused'];
};

export type ReportInput = { tally: Tally; options: Options; startedAt: Date; durationMs: number; interrupted: boolean };

export function makeReport({ tally, options, startedAt, durationMs, interrupted }: ReportInput): Report {
  const { file, concurrency, speed, cuts, url } = options;
  const { sendToAcknowledged, commitToReceived, sendToReceived } = tally.latency;
  return {
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(durationMs),
    interrupted,
    options: { file, concurrency, speed, cuts, url: url.href },
    dialogues: tally.dialogues,
    messages: {
      ...tally.messages,
      perSecond: Math.round((tally.messages.acknowledged / Math.max(durationMs, 1)) * 10_000) / 10,
    },
    findings: tally.findings,
    examples: tally.examples,
    latencyMs: {
      sendToAcknowledged: sendToAcknowledged.summary(),
      commitToReceived: commitToReceived.summary(),
      sendToReceived: sendToReceived.summary(),
    },
    connections: tally.connections,
    refused: tally.refused,
  };
}

const number = (value: number) => value.toLocaleString('en');
const count = (value: number, what: string) => `${number(value)} ${what}${value === 1 ? '' : 's'}`;

/** The report for people. */
export function renderReport(report: Report): string {
  const { dialogues, messages, findings, latencyMs, connections, refused, examples } = report;
  const total = findingKinds.reduce((sum, kind) => sum + findings[kind], 0);
  const lines = [
    `${count(dialogues.played, 'dialogue')} in ${(report.durationMs / 1000).toFixed(1)} s, ${number(dialogues.failed)} failed, ` +
      `${count(dialogues.skippedLines, 'line')} skipped`,
    '',
    `messages    ${number(messages.sent)} sent, ${number(messages.acknowledged)} acknowledged, ${number(messages.received)} received ` +
      `(each by both sides), ${number(messages.perSecond)}/s`,
    `findings    ${findingKinds.map((kind) => `${number(findings[kind])} ${words[kind]}`).join(', ')}`,
    `sockets     ${number(connections.cuts)} cut, ${number(connections.lost)} lost otherwise, ${number(connections.resumed)} resumed; ` +
      `${number(messages.resent)} messages were sent again and known already`,
  ];
  if (refused.rateLimited + refused.unavailable > 0) {
    lines.push(
      `refused     ${number(refused.rateLimited)} rate limited (RATE_LIMIT_SCALE raises the limits), ` +
        `${number(refused.unavailable)} unavailable; all tried again`,
    );
  }
  lines.push('', ...renderLatencies(latencyMs));
  if (examples.length > 0) lines.push('', ...examples.map((example) => `  ${example}`));
  lines.push('', conclusion(total, report), '');
  return lines.join('\n');
}

const words: Record<FindingKind, string> = {
  lost: 'lost',
  doubled: 'doubled',
  disordered: 'out of order',
  altered: 'altered',
  unexpected: 'unexpected',
  unread: 'receipts wrong',
};

const latencyNames: Record<keyof Report['latencyMs'], string> = {
  sendToAcknowledged: 'send → acknowledged',
  commitToReceived: 'commit → received',
  sendToReceived: 'send → received',
};

function renderLatencies(latencyMs: Report['latencyMs']): string[] {
  const columns = ['p50', 'p95', 'p99', 'max'] as const;
  const row = (name: string, cells: readonly string[]) =>
    name.padEnd(22) + cells.map((cell) => cell.padStart(9)).join('');
  return [
    row('ms', columns),
    ...Object.entries(latencyNames).map(([key, name]) => {
      const summary = latencyMs[key as keyof Report['latencyMs']];
      return row(
        name,
        columns.map((column) => (summary.count === 0 ? '–' : summary[column].toFixed(1))),
      );
    }),
  ];
}

function conclusion(total: number, { interrupted, dialogues: { started, played, failed } }: Report): string {
  const what =
    total > 0 || failed > 0
      ? `NOT as promised: ${count(total, 'finding')}, ${count(failed, 'failed dialogue')}.`
      : played === 0
        ? 'No dialogue was played.'
        : 'Every participant saw every message once, in order.';
  return interrupted
    ? `Interrupted, with ${count(started - played, 'dialogue')} under way. Up to there: ${what}`
    : what;
}
