import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What a page pays for the client besides graphql-ws, in bytes. */
const LIMIT_BYTES = 15_000;

test('the client stays small, and needs nothing of Node', async (t) => {
  // As its users bundle it. For a browser, an import of anything that only Node has does not resolve.
  const { outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/index.ts`],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['graphql-ws/client'],
    write: false,
  });
  const { length } = gzipSync(outputFiles[0]!.contents, { level: 9 });
  t.diagnostic(`${length} bytes, minified and gzipped`);
  assert.ok(length < LIMIT_BYTES, `${length} bytes gzipped`);
});
