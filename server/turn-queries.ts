import type { Db } from './db.ts';

/**
 * Work that all processes together do once in a while. Whichever comes first after the time is due has the turn; a process
 * that dies in it keeps nobody from the next. False: it is not due yet. Raw, for the upsert on the database's clock.
 */
export async function takeTurn(db: Db, name: string, intervalMs: number): Promise<boolean> {
  const taken = await db.$executeRaw`/* take_turn */
    INSERT INTO turn AS t (name, next_at) VALUES (${name}, now() + ${intervalMs}::int * interval '1 millisecond')
    ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at WHERE t.next_at <= now()`;
  return taken > 0;
}

/** Where work that is done in parts goes on; null: at its beginning. */
export async function readPosition(db: Db, name: string): Promise<string | null> {
  return (await db.turn.findUnique({ where: { name }, select: { position: true } }))?.position ?? null;
}

export async function writePosition(db: Db, name: string, position: string | null): Promise<void> {
  await db.turn.updateMany({ where: { name }, data: { position } });
}
