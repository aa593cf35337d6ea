import { createHmac, createSecretKey } from 'node:crypto';
import type { MemberKey, Sealing } from '../sealing/sealing.ts';

/** What a retry is known by (D2): a keyed hash, so that whoever reads the table cannot confirm a guess of an erased body. */
export type Fingerprints = ReturnType<typeof createFingerprints>;

export function createFingerprints({ fingerprintKey, sealing }: { fingerprintKey: Uint8Array; sealing: Sealing }) {
  const ownKey = createSecretKey(fingerprintKey);

  /** Of a sealed body under its writer's key: when that is erased, the fingerprint says nothing either. */
  const of = (body: string, key?: MemberKey): Buffer =>
    createHmac('sha256', key?.fingerprintKey ?? ownKey)
      .update(body)
      .digest();

  return {
    of,
    /**
     * Whether a stored message may have been first sent with this body. One that was plain then may be sealed by now, and the
     * other way round; of what is erased nothing is known, so any resend by its sender fits.
     */
    async fits(stored: { fingerprint: Uint8Array | null; keyId: string | null }, body: string): Promise<boolean> {
      const { fingerprint, keyId } = stored;
      if (fingerprint === null || of(body).equals(fingerprint)) return true;
      if (keyId === null) return false;
      const key = await sealing.keyById(keyId);
      return !key || of(body, key).equals(fingerprint);
    },
  };
}
