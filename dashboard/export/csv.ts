/* RFC 4180, and safe to open in a spreadsheet. */

export type Row = readonly string[];

/** So that Excel, too, takes it for UTF-8. */
export const BYTE_ORDER_MARK = '\uFEFF';

/**
 * What a spreadsheet would take for a formula, and run: see OWASP, CSV Injection. The full-width forms count as the plain ones
 * where Japanese is set. A number that is negative stays one.
 */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;
const NUMBER = /^-\d+([.,]\d+)?$/;

function cell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines, each with its end. */
export const toCsv = (rows: readonly Row[]): string => rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');

/** parley-conversations-7d-2026-11-22.csv */
export function csvName(page: string, range: string | null, now = new Date()): string {
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, '0')).join('-');
  const words = ['parley', page, range, day].filter((word) => word !== null);
  return `${words
    .join('-')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.csv`;
}
