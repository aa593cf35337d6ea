import type { Db } from '../db.ts';
import { pingDatabase } from './database-state-queries.ts';

/** A PostgreSQL that is frozen does not refuse, it is silent; whoever asks for readiness gives up after a few seconds. */
const PATIENCE_MS = 2_000;

/** Why this process should get no traffic now; undefined when it should. However many ask at once, PostgreSQL is asked once. */
export function createReadiness(db: Db): () => Promise<string | undefined> {
  let asking: Promise<boolean> | undefined;
  return async function whyNotReady() {
    asking ??= pingDatabase(db)
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        asking = undefined;
      });
    return (await within(PATIENCE_MS, asking)) ? undefined : 'PostgreSQL is away';
  };
}

async function within(ms: number, answer: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const ready = await Promise.race([answer, silence]);
  clearTimeout(timer);
  return ready;
}
