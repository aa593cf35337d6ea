import { randomBytes } from 'node:crypto';
import type { Db } from '../db.ts';

/** 256 bits, as HS256 and HMAC-SHA-256 want. */
const KEY_BYTES = 32;

/**
 * A key that this installation made for itself, once, and keeps in its database. Two processes that start at the same
 * moment agree: the first row stands.
 */
export async function installationKey(
  db: Db,
  name: 'auth_secret' | 'body_fingerprint' | 'canary' | 'deleted_identity',
): Promise<Uint8Array> {
  const stored = await db.installationKey.findUnique({ where: { name } });
  if (stored) return stored.value;
  await db.installationKey.createMany({
    data: { name, value: new Uint8Array(randomBytes(KEY_BYTES)) },
    skipDuplicates: true,
  });
  return (await db.installationKey.findUniqueOrThrow({ where: { name } })).value;
}
