import { checkPageSize } from '../connection.ts';
import type { Db } from '../db.ts';
import type { DurableUpdate } from './updates.ts';

/** Edits and deletions stand with the message that they changed. */
const kinds = [
  'PARTICIPANT_JOINED',
  'PARTICIPANT_LEFT',
  'PARTICIPANT_DELETED',
  'PARTICIPANT_IDENTIFIED',
  'CONVERSATION_CHANGED',
] as const;

/** What happened in a conversation besides messages, oldest first. None of these has a status that receipts would tell. */
export async function readHistory(
  { db }: { db: Db },
  conversationId: string,
  { last, beforeSeq }: { last: number; beforeSeq: number | null | undefined },
): Promise<DurableUpdate[]> {
  const rows = await db.conversationEvent.findMany({
    where: { conversationId, kind: { in: [...kinds] }, ...(beforeSeq == null ? {} : { seq: { lt: beforeSeq } }) },
    orderBy: { seq: 'desc' },
    take: checkPageSize('last', last),
    omit: { messageId: true },
  });
  return rows
    .reverse()
    .map((row) => ({ type: 'event', event: { ...row, message: null }, watermarks: new Map() }) as const);
}
