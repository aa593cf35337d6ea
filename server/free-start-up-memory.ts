import { Session } from 'node:inspector/promises';

/**
 * Collects what starting has left behind, and gives the memory back: modules, schema and migrations make a hundred megabytes
 * of garbage, for which V8 grows its young generation to 64 MB and keeps it. A process at rest holds 70 MB less for it.
 * The inspector's own command, in this process, because V8 offers no other without flags.
 */
export async function freeStartUpMemory(): Promise<void> {
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.collectGarbage');
  } finally {
    session.disconnect();
  }
}
