import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { ConfigError } from '../config.ts';

/** Whom PostgreSQL runs as. */
export type Account = { uid: number; gid: number };

/**
 * PostgreSQL refuses to run as root. Undefined: we are not root, it runs as we do. Otherwise whoever owns the data already,
 * else the machine's own user for it, else nobody; no user is created for it.
 */
export function chooseAccount(cluster: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const account = lookUp('postgres') ?? lookUp('nobody');
  if (!account) {
    throw new ConfigError(
      'PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody" to run it as. ' +
        'Start Parley as another user, or set DATABASE_URL.',
    );
  }
  return account;
}

function lookUp(name: string): Account | undefined {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}
