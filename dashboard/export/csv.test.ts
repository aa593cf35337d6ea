import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvName, toCsv } from './csv.ts';

test('cells are quoted as RFC 4180 wants, lines end with CR LF', () => {
  assert.equal(
    toCsv([['plain', 'a, b', 'say "hi"', 'two\nlines', '', 'Æ…📦']]),
    'plain,"a, b","say ""hi""","two\nlines",,Æ…📦\r\n',
  );
  assert.equal(toCsv([['a'], ['b']]), 'a\r\nb\r\n');
  assert.equal(toCsv([[' kept ']]), '" kept "\r\n');
  assert.equal(toCsv([]), '');
});

test('nothing that a spreadsheet would run stays a formula', () => {
  for (const text of ['=1+1', '+1', '-2+3', '@SUM(A1)', '＝1+1', '-']) assert.equal(toCsv([[text]]), `'${text}\r\n`);
  assert.equal(
    toCsv([['\t=1', '\r=1', '=HYPERLINK("http://x","y")']]),
    `"'\t=1","'\r=1","'=HYPERLINK(""http://x"",""y"")"\r\n`.replace(`"'\t=1"`, `'\t=1`),
  );
  assert.equal(toCsv([['-3', '-0.5', '-0,5', '1-2', 'a=b']]), '-3,-0.5,"-0,5",1-2,a=b\r\n');
});

test('a file is named after its page, its range and the day', () => {
  const day = new Date(2026, 0, 5);
  assert.equal(csvName('conversations', '7d', day), 'parley-conversations-7d-2026-01-05.csv');
  assert.equal(csvName('Dead letters', null, day), 'parley-dead-letters-2026-01-05.csv');
});
