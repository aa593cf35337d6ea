import { readFileSync, writeFileSync } from 'node:fs';
import { describeConfig } from '../server/config.ts';

/** `npm run config-table`: writes README's table of variables anew, from what server/config.ts says about them. */
const readme = new URL('../README.md', import.meta.url);
const between = /(?<=<!-- config -->\n\n)[\s\S]*(?=\n\n<!-- \/config -->)/;

export function configTable(): string {
  const rows = describeConfig().map(
    ({ name, fallback, meaning }) =>
      `| \`${name}\` | ${fallback && `\`${fallback}\``} | ${meaning.replaceAll('|', '\\|')} |`,
  );
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** As it stands in README now; undefined where the marks are missing. */
export const writtenTable = (): string | undefined => between.exec(readFileSync(readme, 'utf8'))?.[0];

if (import.meta.main) writeFileSync(readme, readFileSync(readme, 'utf8').replace(between, configTable));
