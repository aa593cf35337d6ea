import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where things are. These scripts are plain JavaScript for the machine's own Node, from 20 on; all else runs on the Node 24
 * that npm puts into the checkout.
 */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
export const inProject = (...names) => join(root, ...names);
export const program = (name) => inProject('node_modules', '.bin', name);

const machinePath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

/** The project's programs come before the machine's, as under `npm run`. What they compile is kept: a tenth of their start. */
export const projectEnv = {
  NODE_COMPILE_CACHE: inProject('node_modules', '.cache', 'compiled'),
  ...process.env,
  PATH: `${inProject('node_modules', '.bin')}${delimiter}${machinePath}`,
};

/** The machine's programs only: for npm, which replaces the project's, the Node that it would otherwise run on among them. */
export const machineEnv = { ...process.env, PATH: machinePath };
