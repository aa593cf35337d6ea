import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const byName = ([a]: string[], [b]: string[]) => (a! < b! ? -1 : 1);

test('docs/raw-sql.md names every raw statement and the file it stands in', () => {
  const inCode = globSync('server/**/*.ts', { cwd: root })
    .filter((file) => !/generated|\/audit\/|\.test\.ts$/.test(file))
    .flatMap((file) =>
      [...readFileSync(root + file, 'utf8').matchAll(/(?:query|execute)Raw(?:<[^`]*>)?`\s*\/\* (\w+)/g)].map(
        ([, name]) => [name!, file.replace(/^server\/|\.ts$/g, '')],
      ),
    );
  const inDocs = [...readFileSync(`${root}docs/raw-sql.md`, 'utf8').matchAll(/^\| `(\w+)` \| (\S+) \|/gm)].map(
    ([, name, file]) => [name!, file!],
  );
  assert.deepEqual(inDocs.sort(byName), inCode.sort(byName));
});
