import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const mantine = dirname(createRequire(import.meta.url).resolve('@mantine/core/styles.css'));
const components = join(mantine, 'esm/components');
const imported = /(?:import|export)\s*\{([^}]*)\}\s*from '@mantine\/core'/g;
const read = (path: string) => readFileSync(path, 'utf8');

/** Names of the style files behind what our pages import, and behind what that imports itself. */
function neededStyles(): string[] {
  const pages = globSync('**/*.{ts,tsx}', {
    cwd: join(import.meta.dirname, '..'),
    exclude: ['out/**', '.next/**', 'node_modules/**'],
  });
  const names = pages.flatMap((path) =>
    [...read(join(import.meta.dirname, '..', path)).matchAll(imported)].flatMap(([, list]) =>
      list!.split(',').map((name) => name.trim().split(' ')[0]!),
    ),
  );
  const seen = new Set<string>();
  const styles = new Set<string>();
  const look = (path: string) => {
    if (seen.has(path) || !existsSync(path)) return;
    seen.add(path);
    for (const [, from] of read(path).matchAll(/from\s*"(\.[^"]+)"/g)) {
      const [, style] = /\/(\w+)\.module\.mjs$/.exec(from!) ?? [];
      if (style) styles.add(style);
      look(join(dirname(path), from!));
    }
  };
  for (const name of names) look(join(components, name, `${name}.mjs`));
  return [...styles].filter((style) => existsSync(join(mantine, 'styles', `${style}.css`)));
}

test('every component has its styles, in the order of the whole, and there are no others', () => {
  const listed = [...read(join(import.meta.dirname, 'component-styles.ts')).matchAll(/styles\/([\w-]+)\.css/g)].map(
    ([, name]) => name!,
  );
  const everyPage = ['baseline', 'default-css-variables', 'global'];
  assert.deepEqual(listed.toSorted(), [...everyPage, ...neededStyles()].toSorted());
  const whole = read(join(mantine, 'styles.css'));
  const places = listed.map((name) => whole.indexOf(read(join(mantine, 'styles', `${name}.css`)).trim()));
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
});
