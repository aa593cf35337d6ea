import type { Tx } from '../db.ts';
import type { Append } from '../outbox/append-event.ts';
import { eraseBodies } from './message-queries.ts';

export type Erasing = {
  readonly conversationId: string;
  readonly senderId: string;
  readonly actorId: string;
  /** Those up to here have been erased already. */
  readonly afterSeq: number;
  readonly limit: number;
};

/**
 * Makes tombstones of what somebody who is being deleted wrote in a conversation, at most `limit` of them, each with its own
 * event as if they had deleted it themselves: live clients, replays and fresh queries agree without knowing of deletions of
 * people (D10). Under the caller's lock. Answers how many there were, and the seq of the last.
 */
export async function eraseMessages(
  tx: Tx,
  append: Append,
  { actorId, ...erasing }: Erasing,
): Promise<{ count: number; lastSeq: number }> {
  const messages = await eraseBodies(tx, erasing);
  await append(...messages.map((message) => ({ kind: 'MESSAGE_DELETED' as const, actorId, message })));
  return { count: messages.length, lastSeq: messages.at(-1)?.seq ?? erasing.afterSeq };
}
