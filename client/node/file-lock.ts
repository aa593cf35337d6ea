import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { ParleyError } from '../parley-error.ts';

/** Two that take over the same dead process's lock see after this long, in ms, which of them has it. */
const SETTLE_MS = 50;

/**
 * One process at a time: a file beside the one to protect says whose it is, and one left by a process that has died is taken
 * over. A process is known by its id and, where the system tells, the time of its start, because ids come back.
 * @returns how to give it up.
 * @throws ParleyError STORAGE_IN_USE
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const lock = `${path}.lock`;
  const mine = JSON.stringify({ pid: process.pid, started: await startOf(process.pid), nonce: crypto.randomUUID() });
  const draft = `${lock}.${process.pid}.${crypto.randomUUID()}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    // A link fails where there is one already, and what it makes is whole from the first moment.
    await link(draft, lock).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      const { pid, started } = await ownerOf(lock);
      if (pid !== undefined && isAlive(pid) && (await startOf(pid)) === started) throw inUse(path, pid);
      await rename(draft, lock);
      await pause(SETTLE_MS);
      if ((await readFile(lock, 'utf8')) !== mine) throw inUse(path, (await ownerOf(lock)).pid);
    });
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readFile(lock, 'utf8').catch(() => '')) === mine) await rm(lock, { force: true });
  };
}

const inUse = (path: string, pid?: number) =>
  new ParleyError(
    'STORAGE_IN_USE',
    `${path} is in use by another client${pid === undefined ? '' : ` (process ${pid})`}.`,
  );

async function ownerOf(lock: string): Promise<{ pid?: number; started?: string | null }> {
  try {
    return JSON.parse(await readFile(lock, 'utf8')) as { pid?: number; started?: string | null };
  } catch {
    return {};
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's
  }
}

/** In ticks since the machine's start; null where the system does not tell (other than Linux). */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name, in brackets, may hold anything; the start is the 22nd field.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
