import type { Db } from '../db.ts';
import type { KeyRing } from './key-ring.ts';
import { rewrapKeys, storedKeyFields } from './sealing-queries.ts';

/** Members' keys that one statement seals anew. */
const BATCH = 500;

/**
 * Seals every member's key with the first key of the ring, so that the others can be taken out of it. What the keys seal is
 * not touched: it stays as it is, and so do fingerprints. May be stopped and repeated; servers go on meanwhile.
 */
export async function rotateKeys({ db, ring }: { db: Db; ring: KeyRing }): Promise<number> {
  let rotated = 0;
  for (const name of ring.names) {
    if (name === ring.current) continue;
    for (;;) {
      const keys = await db.sealingKey.findMany({
        where: { ringKey: name },
        orderBy: [{ ringKey: 'asc' }, { id: 'asc' }],
        take: BATCH,
        select: storedKeyFields,
      });
      if (keys.length === 0) break;
      const rewrapped = keys.map(({ id, ringKey, wrapped }) => ({
        id,
        wrapped: ring.wrap(id, ring.unwrap(id, ringKey, wrapped)),
      }));
      await rewrapKeys(db, ring.current, rewrapped);
      rotated += keys.length;
    }
  }
  return rotated;
}
