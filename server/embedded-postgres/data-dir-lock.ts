import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../config.ts';

/**
 * Says who may start and stop the PostgreSQL of a DATA_DIR: one living process at a time.
 *
 * The lock is the write lock of an empty SQLite file, because that is the one lock of the operating system that Node can
 * take: the kernel drops it the moment its holder dies, however it dies, so nothing can go stale and no process id has to
 * be believed (they are reused, and mean nothing across containers). Nothing is ever stored in the file.
 */
export type DataDirLock = { release(): void };

const SQLITE_BUSY = 5;

/** Undefined when another living process has it. */
export function lockDataDir(dataDir: string): DataDirLock | undefined {
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(join(dataDir, 'lock'), { timeout: 0 });
    // Or it would put a journal beside it, of writes that never come.
    file.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    writeFileSync(join(dataDir, 'lock-holder'), String(process.pid));
  } catch (error) {
    file?.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw new ConfigError(`DATA_DIR ${dataDir} cannot be used: ${(error as Error).message}. Choose another folder.`);
  }
  return { release: () => file.close() };
}

/** The process that has the lock, for people to read: "process 4711". */
export function lockHolder(dataDir: string): string {
  try {
    return `process ${Number(readFileSync(join(dataDir, 'lock-holder'), 'utf8'))}`;
  } catch {
    return 'another process';
  }
}
