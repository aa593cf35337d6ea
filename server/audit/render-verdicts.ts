import type { Verdict } from './audit-database.ts';

const symbol = ({ findings, level }: Verdict) => (findings === 0 ? 'ok' : level === 'warning' ? 'look' : 'BROKEN');

/** The audit as a table for people, with the first few findings below it. */
export function renderVerdicts(verdicts: readonly Verdict[], durationMs: number): string {
  const number = (value: number) => value.toLocaleString('en');
  const rows = [
    ['', 'promise', 'check', 'checked', 'findings', 'what must hold'],
    ...verdicts.map((v) => [symbol(v), v.promise, v.name, number(v.checked), number(v.findings), v.says]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 3 || column === 4 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
  const details = verdicts
    .filter(({ findings }) => findings > 0)
    .flatMap(({ name, findings, examples }) => [
      '',
      `${name}: ${number(findings)}`,
      ...examples.map((example) => `  ${example}`),
      ...(findings > examples.length ? ['  …'] : []),
    ]);
  return [...table, ...details, '', conclusion(verdicts, durationMs), ''].join('\n');
}

function conclusion(verdicts: readonly Verdict[], durationMs: number): string {
  const broken = verdicts.filter(({ level, findings }) => level === 'error' && findings > 0).length;
  const warned = verdicts.filter(({ level, findings }) => level === 'warning' && findings > 0).length;
  const warnings = warned > 0 ? `, ${warned} to look at` : '';
  const took = `${(durationMs / 1000).toFixed(1)} s`;
  return broken === 0
    ? `Every promise holds${warnings} (${took}).`
    : `${broken} of ${verdicts.length} checks broken${warnings} (${took}).`;
}
