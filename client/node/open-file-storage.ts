import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ClientStorage } from '../storage.ts';
import { lockFile } from './file-lock.ts';

/** The log is written anew when this much, in bytes, and twice of what is in it, has been added. */
const REWRITE_BYTES = 1_048_576;

/**
 * Storage in a file, for clients on Node: an append-only log of changes, each on the disk before `save` resolves. A crash
 * in the middle of one leaves the last line torn, which reading passes over. One client at a time may have it open.
 * @throws ParleyError STORAGE_IN_USE while another client, of this process or another, uses the file.
 */
export async function openFileStorage(path: string): Promise<ClientStorage> {
  const file = resolve(path);
  const unlock = await lockFile(file);
  try {
    return await openLog(file, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

type Change = [key: string, value?: unknown];

async function openLog(file: string, unlock: () => Promise<void>): Promise<ClientStorage> {
  const kept = new Map<string, unknown>(readLog(await readFile(file, 'utf8').catch(ignoreMissing)));
  let log = await rewrite(file, kept);
  let size = (await log.stat()).size;
  let added = 0;
  // One change after the other, as they came.
  let tail: Promise<unknown> = Promise.resolve();

  async function append(changes: readonly Change[]): Promise<void> {
    // The line break comes first, so that whatever a failed write has left before it stays a line of its own.
    const line = `\n${JSON.stringify(changes)}`;
    await log.appendFile(line);
    await log.datasync();
    added += Buffer.byteLength(line);
    for (const [key, value] of changes) {
      if (value === undefined) kept.delete(key);
      else kept.set(key, value);
    }
    if (added < REWRITE_BYTES || added < 2 * size) return;
    const old = log;
    log = await rewrite(file, kept);
    await old.close();
    size = (await log.stat()).size;
    added = 0;
  }

  return {
    lasting: true,
    async load(prefix) {
      await tail;
      return new Map([...kept].filter(([key]) => key.startsWith(prefix)));
    },
    save(changes) {
      const lines = [...changes].map(([key, value]): Change => (value === undefined ? [key] : [key, value]));
      const saved = tail.then(() => append(lines));
      tail = saved.catch(() => {});
      return saved;
    },
    async close() {
      await tail;
      await log.close();
      await unlock();
    },
  };
}

function readLog(text: string): Map<string, unknown> {
  const kept = new Map<string, unknown>();
  for (const line of text.split('\n')) {
    for (const change of parsed(line)) {
      if (change.length === 1) kept.delete(change[0]);
      else kept.set(change[0], change[1]);
    }
  }
  return kept;
}

function parsed(line: string): Change[] {
  try {
    const changes: unknown = JSON.parse(line);
    return Array.isArray(changes) ? (changes as Change[]) : [];
  } catch {
    return [];
  }
}

/** Beside the old one and then in its place: at every moment one of the two is whole. Nobody but its owner may read it. */
async function rewrite(file: string, kept: ReadonlyMap<string, unknown>): Promise<FileHandle> {
  const draft = `${file}.new`;
  const written = await open(draft, 'w', 0o600);
  try {
    await written.writeFile([...kept].map((change) => JSON.stringify([change])).join('\n'));
    await written.sync();
  } finally {
    await written.close();
  }
  await rename(draft, file);
  await syncFolder(dirname(file)).catch(() => {}); // not every system can
  return open(file, 'a');
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

function ignoreMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}
