import { readFileSync } from 'node:fs';

/** docs/access.md as data: for each operation, what each kind of person gets. */
export type Row = { readonly operation: string; readonly cells: Readonly<Record<string, string>> };

const table = /^\| operation \|.*\n\| ---.*\n((?:\|.*\n)+)/m;
const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

export function readAccessTable(): { columns: string[]; rows: Row[] } {
  const text = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8');
  const [whole = '', body = ''] = table.exec(text) ?? [];
  const [, ...columns] = cellsOf(whole.split('\n')[0]!);
  const rows = body
    .trim()
    .split('\n')
    .map((line) => {
      const [operation = '', ...cells] = cellsOf(line);
      return { operation, cells: Object.fromEntries(columns.map((column, i) => [column, cells[i]!])) };
    });
  return { columns, rows };
}
