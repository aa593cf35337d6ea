import { accessAsMember } from '../conversations/access-conversation.ts';
import type { Db } from '../db.ts';
import { conflict } from '../errors.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import type { Sealing } from '../sealing/sealing.ts';
import type { Fingerprints } from './fingerprints.ts';
import type { Message } from './message.ts';
import { readMessage, type SendRow } from './message-queries.ts';

/**
 * How much may be sent: by a participant, and into a conversation. A retry is recognised first (D2): who asks whether
 * something was stored is answered, however much they have sent. Conversations are charged for what was stored in them, so
 * that a stranger can neither use up their allowance nor learn from it that they exist.
 */
export type SendLimits = {
  /** Spends one of the sender's. A message is answered where it is a retry beyond a limit; anything else there throws. */
  admit(viewer: Viewer, row: SendRow): Promise<Message> | undefined;
  stored(row: SendRow): void;
  /** The message that a send is the retry of; throws where its id is another's. Undefined: there is none. */
  retried(row: SendRow): Promise<Message | undefined>;
  /** It was a retry after all: it should cost nothing. */
  wasDuplicate(viewer: Viewer): void;
};

const rateOf = (viewer: Viewer) => (isStaff(viewer) ? 'sends_per_agent' : 'sends_per_customer');

type Parts = { db: Db; limits: RateLimits; sealing: Sealing; fingerprints: Fingerprints };

export function createSendLimits({ db, limits, sealing, fingerprints }: Parts): SendLimits {
  async function retried(row: SendRow): Promise<Message | undefined> {
    const known = await db.message.findUnique({
      where: { id: row.id },
      select: { conversationId: true, senderId: true, fingerprint: true, keyId: true },
    });
    if (!known) return undefined;
    const isTheirs = known.conversationId === row.conversationId && known.senderId === row.senderId;
    if (!isTheirs || !(await fingerprints.fits(known, row.body))) throw takenId();
    return readMessage(db, sealing, row.id);
  }

  async function recognise(viewer: Viewer, row: SendRow, refusal: Error): Promise<Message> {
    const message = await retried(row);
    if (message) return message;
    await accessAsMember(db, viewer, row.conversationId);
    throw refusal;
  }

  return {
    retried,
    admit(viewer, row) {
      const rate = limits.isSpent('sends_per_conversation', row.conversationId)
        ? 'sends_per_conversation'
        : limits.trySpend(rateOf(viewer), viewer.id)
          ? undefined
          : rateOf(viewer);
      return rate && recognise(viewer, row, limits.refusal(rate));
    },
    stored: ({ conversationId }) => limits.charge('sends_per_conversation', conversationId),
    wasDuplicate: (viewer) => limits.giveBack(rateOf(viewer), viewer.id),
  };
}

export const takenId = () =>
  conflict(
    'This id belongs to another message. Make a new UUID for each message; repeat one only to retry the same send.',
  );
