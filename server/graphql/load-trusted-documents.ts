import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../config.ts';

/** The texts in a file of trusted documents, each of which must have the SHA-256 that it stands under. */
export function loadTrustedDocuments(path: string): ReadonlySet<string> {
  const unusable = (why: string) =>
    new ConfigError(`TRUSTED_DOCUMENTS is "${path}": ${why} Write it with: npm run documents -- ${path}`);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw unusable(error instanceof SyntaxError ? 'it is not JSON.' : 'it cannot be read.');
  }
  if (typeof content !== 'object' || content === null) throw unusable('it is no list of documents.');
  const entries = Object.entries(content);
  for (const [hash, text] of entries) {
    if (typeof text !== 'string' || createHash('sha256').update(text).digest('hex') !== hash)
      throw unusable(`a document is not the one that it stands for (${hash.slice(0, 12)}…).`);
  }
  return new Set(entries.map(([, text]) => text));
}
