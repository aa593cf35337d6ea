import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** One file of ours that needs another; paths from the root of the project. */
export type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

/** Our own code: not what is generated, built or installed. */
export function sourceFiles(): string[] {
  const folders = ['server', 'client', 'bench', 'demo', 'dashboard', 'prisma', 'scripts', 'test'];
  return globSync(`{${folders.join(',')}}/**/*.{ts,tsx,mjs,js}`, {
    cwd: root,
    exclude: (name) => ['node_modules', 'generated', '.next', 'out', 'next-env.d.ts'].includes(posix.basename(name)),
  }).sort();
}

export const readSource = (file: string): string => readFileSync(root + file, 'utf8');

export const isTest = (file: string) => file.startsWith('test/') || /\.test\.tsx?$/.test(file);

const statement = /^\s*(?:import|export)\s+(type\s)?([^'";]*?\sfrom\s+)?'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'/gm;

export function importsOf(file: string, source: string): Import[] {
  return [...source.matchAll(statement)].map(([, type, names = '', path, dynamic]) => {
    const listed =
      /\{([\s\S]*)\}/
        .exec(names)?.[1]
        ?.split(',')
        .map((name) => name.trim())
        .filter(Boolean) ?? [];
    const onlyTypes =
      listed.length > 0 && !/^[\w*]/.test(names.trim()) && listed.every((name) => name.startsWith('type '));
    return {
      from: file,
      to: posix.join(posix.dirname(file), path ?? dynamic!),
      typeOnly: Boolean(type) || onlyTypes,
    };
  });
}

export const readImports = (): Import[] => sourceFiles().flatMap((file) => importsOf(file, readSource(file)));
