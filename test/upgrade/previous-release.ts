import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Names the release that this one replaces, by its commit. */
const NAMED_IN = 'deploy/previous-release';
/** What its server is made of. */
const PARTS = ['server', 'client', 'prisma', 'package.json', 'package-lock.json', '.npmrc'];

/** Without it there is no previous release to be had: the project was unpacked from an archive. */
export const hasHistory = existsSync(join(root, '.git'));

/** The code of the release before this one, ready to run, in a folder of its own that `remove` removes. */
export async function layOutPreviousRelease(): Promise<{ folder: string; remove(): Promise<void> }> {
  const commit = (await readFile(join(root, NAMED_IN), 'utf8')).trim();
  await git('rev-parse', '--verify', '--quiet', `${commit}^{commit}`).catch(() => {
    throw new Error(
      `${NAMED_IN} names the commit ${commit}, which this clone does not have. Get its whole history: git fetch --unshallow`,
    );
  });
  const folder = await mkdtemp(join(tmpdir(), 'parley-previous-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const archive = join(folder, 'release.tar');
    await git('archive', '--output', archive, commit, ...PARTS);
    await run('tar', ['-xf', archive, '-C', folder]);
    await installDependencies(folder);
    const prisma = join(folder, 'node_modules', '.bin', 'prisma');
    await run(prisma, ['generate', '--config', 'prisma/prisma.config.ts', '--no-hints'], { cwd: folder });
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, remove };
}

/** Whoever owns the checkout: a container's root often does not. */
const git = (...args: string[]) => run('git', ['-c', 'safe.directory=*', ...args], { cwd: root });

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
