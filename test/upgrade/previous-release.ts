import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** The sources of the release that this one replaces. Not taken from the history, which archives and shallow clones lack. */
const ARCHIVE = join(root, 'deploy', 'previous-release.tar.gz');

/** The code of the release before this one, ready to run, in a folder of its own that `remove` removes. */
export async function layOutPreviousRelease(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-previous-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await run('tar', ['-xzf', ARCHIVE, '-C', folder]);
    await installDependencies(folder);
    const prisma = join(folder, 'node_modules', '.bin', 'prisma');
    await run(prisma, ['generate', '--config', 'prisma/prisma.config.ts', '--no-hints'], { cwd: folder });
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, remove };
}

/**
 * Ours, where they are the same; not copied, and the folder stands outside of node_modules, where Node strips no types.
 * Installing others takes a minute of CPU.
 */
async function installDependencies(folder: string): Promise<void> {
  const [wanted, ours] = await Promise.all([folder, root].map(readLockFile));
  const isOurs = Object.entries(wanted!).every(([path, { version, dev }]) => dev || ours![path]?.version === version);
  if (isOurs) await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  else
    await run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], {
      cwd: folder,
    });
}

type Packages = Record<string, { version?: string; dev?: boolean }>;

async function readLockFile(folder: string): Promise<Packages> {
  const { packages } = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
  // Without the project itself, which has the empty path.
  const { '': _, ...dependencies } = packages as Packages;
  return dependencies;
}
