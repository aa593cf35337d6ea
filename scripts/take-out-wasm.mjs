import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Puts the query compiler of the generated database client into a file of its own. As it is generated, a process keeps its
 * four and a half megabytes of base64 twice as text for as long as it lives, and reads them as source code at each start.
 */
export async function takeOutWasm(client) {
  const classFile = `${client}/internal/class.ts`;
  const source = readFileSync(classFile, 'utf8');
  const generated =
    /const \{ wasm \} = await import\("([^"]+\.wasm-base64\.mjs)"\)\s+return await decodeBase64AsWasm\(wasm\)/;
  const [, specifier] = generated.exec(source) ?? [];
  if (!specifier)
    throw new Error(`${classFile} does not load its query compiler as scripts/take-out-wasm.mjs knows it.`);
  const { wasm } = await import(specifier);
  writeFileSync(`${client}/internal/query-compiler.wasm`, Buffer.from(wasm, 'base64'));
  const read = `const { readFile } = await import('node:fs/promises')
    return new WebAssembly.Module(await readFile(new URL('./query-compiler.wasm', import.meta.url)))`;
  writeFileSync(classFile, source.replace(generated, read));
}
