import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse, stringify } from 'uuid';

/**
 * How an answer that was given elsewhere finds its conversation: its id and a signature, in hexadecimal, which every survey
 * provider takes in a link. Whoever has one can answer there, once, as whoever has the link; it opens nothing at Parley, unlike
 * a link of survey-links.ts. It does not expire by itself: how long an answer is taken is the conversation's to say.
 */
export type SurveyReferences = ReturnType<typeof createSurveyReferences>;

const UUID_BYTES = 16;
/** Of HMAC-SHA-256: 128 bits, which nobody guesses. */
const SIGNATURE_BYTES = 16;
const SHAPE = new RegExp(`^[0-9a-f]{${2 * (UUID_BYTES + SIGNATURE_BYTES)}}$`);

/** keys: the one to sign with, and the one before, whose references go on. */
export function createSurveyReferences(keys: readonly [Uint8Array, ...Uint8Array[]]) {
  const signature = (key: Uint8Array, id: Uint8Array) =>
    createHmac('sha256', key).update('parley survey reference\0').update(id).digest().subarray(0, SIGNATURE_BYTES);
  return {
    sign(conversationId: string): string {
      const id = parse(conversationId);
      return Buffer.concat([id, signature(keys[0], id)]).toString('hex');
    },

    /** The conversation; undefined for what was not signed here. */
    verify(reference: string | undefined): string | undefined {
      if (reference === undefined || !SHAPE.test(reference)) return undefined;
      const bytes = Buffer.from(reference, 'hex');
      const [id, told] = [bytes.subarray(0, UUID_BYTES), bytes.subarray(UUID_BYTES)];
      if (!keys.some((key) => timingSafeEqual(signature(key, id), told))) return undefined;
      return stringify(id);
    },
  };
}
