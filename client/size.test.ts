import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

/** What a page pays for the client besides graphql-ws, in bytes. Minified it is less still. */
const LIMIT_BYTES = 15_000;

test('the client stays small', () => {
  const files = globSync('*.ts', { cwd: import.meta.dirname, exclude: ['*.test.ts', 'fold-model.ts'] });
  const code = files.map((file) =>
    stripTypeScriptTypes(readFileSync(`${import.meta.dirname}/${file}`, 'utf8'))
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/^\s*\/\/.*$/gm, '')
      .replace(/\s*\n\s*/g, '\n'),
  );
  const { length } = gzipSync(code.join('\n'));
  assert.ok(length < LIMIT_BYTES, `${length} bytes gzipped`);
});
