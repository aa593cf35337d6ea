import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/*
 * Ways to break a server without a switch in its code: files of this folder are imported into a server process before
 * everything else, and change what one of its modules is.
 */

const server = new URL('../../../server/', import.meta.url);

/** Whoever imports the module gets `ours` instead, which alone may import the real one. */
export function standInFor(module: string, ours: string): void {
  const target = new URL(module, server).href;
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      return resolved.url === target && context.parentURL !== ours ? { ...resolved, url: ours } : resolved;
    },
  });
}

/** The module's text is changed before it is compiled. Throws where the text is not there any more. */
export function rewrite(module: string, replacements: readonly (readonly [text: string, by: string])[]): void {
  const target = new URL(module, server);
  let text = readFileSync(target, 'utf8');
  for (const [before, after] of replacements) {
    if (!text.includes(before)) throw new Error(`server/${module} is not broken any more: it has no "${before}"`);
    text = text.replace(before, () => after);
  }
  registerHooks({
    load: (url, context, next) =>
      url === target.href ? { format: 'module-typescript', source: text, shortCircuit: true } : next(url, context),
  });
}
