import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/**
 * For modules that are imported into Parley's process before everything else: from now on, the server's modules read as if
 * they said something else. A text that is not there any more ends the process.
 */
export function replaceSource(
  changes: Readonly<Record<string, readonly (readonly [text: string, by: string])[]>>,
): void {
  const sources = new Map<string, string>();
  for (const [module, replacements] of Object.entries(changes)) {
    const url = new URL(`../../server/${module}`, import.meta.url);
    let text = readFileSync(url, 'utf8');
    for (const [before, after] of replacements) {
      if (!text.includes(before)) throw new Error(`server/${module} has no "${before}" any more`);
      text = text.replace(before, () => after);
    }
    sources.set(url.href, text);
  }
  registerHooks({
    load(url, context, next) {
      const source = sources.get(url);
      return source === undefined ? next(url, context) : { format: 'module-typescript', source, shortCircuit: true };
    },
  });
}
