import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const serverFolder = fileURLToPath(new URL('..', import.meta.url));

/** The SDL of every feature, which lies beside its resolvers. */
export function loadTypeDefs(): string[] {
  return globSync('*/schema.graphql', { cwd: serverFolder })
    .sort()
    .map((file) => readFileSync(`${serverFolder}/${file}`, 'utf8'));
}
