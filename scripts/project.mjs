import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout, and the Node 24 that npm put into it: whatever Node runs these scripts, the project runs on that one. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
export const node = join(root, 'node_modules', '.bin', 'node');
export const bin = (name) => join(root, 'node_modules', '.bin', name);

/** The environment of everything that is run: the project's programs come before the machine's, as under `npm run`. */
export const environment = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
};
