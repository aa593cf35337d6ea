import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm run documents -- FILE [MORE.graphql …]`: writes every GraphQL document that the client and the dashboard send, and
 * those of an application of one's own, each by the SHA-256 of its text. TRUSTED_DOCUMENTS=FILE then runs no others.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const named = /^export const \w+(?:Query|Mutation|Subscription) = `/m;
const isDocument = /(?:Query|Mutation|Subscription)$/;

export async function collectDocuments(more: readonly string[] = []): Promise<Record<string, string>> {
  const texts = more.map((file) => readFileSync(file, 'utf8'));
  const exclude = (name: string) => ['node_modules', 'out', '.next'].includes(name);
  for (const file of globSync('{client,dashboard}/**/*.ts', { cwd: root, exclude }).sort()) {
    if (file.endsWith('.test.ts') || !named.test(readFileSync(resolve(root, file), 'utf8'))) continue;
    for (const [name, value] of Object.entries(await import(resolve(root, file))))
      if (isDocument.test(name) && typeof value === 'string') texts.push(value);
  }
  return Object.fromEntries(texts.map((text) => [createHash('sha256').update(text).digest('hex'), text]));
}

if (import.meta.main) {
  const [out = 'trusted-documents.json', ...more] = process.argv.slice(2);
  const folder = process.env.INIT_CWD ?? process.cwd();
  const documents = await collectDocuments(more.map((file) => resolve(folder, file)));
  writeFileSync(resolve(folder, out), `${JSON.stringify(documents, null, 2)}\n`);
  console.log(`${Object.keys(documents).length} documents in ${out}. Enforce them with TRUSTED_DOCUMENTS=${out}`);
}
