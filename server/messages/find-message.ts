import type { Tx } from '../db.ts';
import { notFound } from '../errors.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { type Message, messageFields, openMessages } from './message.ts';

/** A message of a conversation that the caller has already been let into. */
export async function findMessage(
  tx: Tx,
  sealing: Sealing,
  conversationId: string,
  messageId: string,
): Promise<Message> {
  const message = await tx.message.findFirst({ where: { id: messageId, conversationId }, select: messageFields });
  if (!message) throw notFound('message');
  return (await openMessages(sealing, [message], tx))[0]!;
}
