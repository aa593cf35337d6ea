import { createHmac, timingSafeEqual } from 'node:crypto';

type Signed = {
  readonly algorithm: 'sha1' | 'sha512';
  readonly key: string;
  readonly content: Buffer | string;
  /** As it came. */
  readonly signature: string | undefined;
  readonly encoding: 'base64' | 'hex';
};

/** Whether an HMAC is right, in a time that does not tell how much of it is. */
export function isSignedBy({ algorithm, key, content, signature, encoding }: Signed): boolean {
  const right = createHmac(algorithm, key).update(content).digest();
  const told = Buffer.from(signature ?? '', encoding);
  return told.length === right.length && timingSafeEqual(told, right);
}
