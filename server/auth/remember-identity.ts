import { createHmac, createSecretKey } from 'node:crypto';

/**
 * What stays of a deleted participant's external id: a keyed hash, by which a token from before is known and refused, and
 * which says nothing to whoever reads the table.
 */
export type IdentityHash = (externalId: string) => Uint8Array<ArrayBuffer>;

export function createIdentityHash(key: Uint8Array): IdentityHash {
  const secret = createSecretKey(key);
  return (externalId) => new Uint8Array(createHmac('sha256', secret).update(externalId).digest());
}
