import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';

/** AES-256-GCM (NIST SP 800-38D). */
const CIPHER = 'aes-256-gcm';
export const KEY_BYTES = 32;
/** Random: one key seals what one person writes in one conversation, a fraction of the 2^32 that this is good for. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Asking the system for a few bytes costs as much as for many. */
const POOL_NONCES = 512;
let pool: Buffer = Buffer.alloc(0);

function nextNonce(): Buffer {
  if (pool.length === 0) pool = randomBytes(POOL_NONCES * NONCE_BYTES);
  const nonce = pool.subarray(0, NONCE_BYTES);
  pool = pool.subarray(NONCE_BYTES);
  return nonce;
}

/** Nonce, ciphertext and tag. `place`: where it belongs; somewhere else it does not open. */
export function sealBytes(key: KeyObject, place: string, bytes: Uint8Array | string): Buffer {
  const nonce = nextNonce();
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(place));
  const sealed = typeof bytes === 'string' ? cipher.update(bytes, 'utf8') : cipher.update(bytes);
  return Buffer.concat([nonce, sealed, cipher.final(), cipher.getAuthTag()]);
}

/** Throws where the key, the place or a single bit is another one. */
export function openBytes(key: KeyObject, place: string, sealed: Uint8Array): Buffer {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(place))
    .setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]);
}
