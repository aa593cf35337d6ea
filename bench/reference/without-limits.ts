import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { limitsOff } from '../load/limits-off.ts';

/* Imported into Parley's process before everything else: limits are not kept there, and nobody is shut out. */

const sources = new Map<string, string>();
for (const [module, replacements] of Object.entries(limitsOff)) {
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
