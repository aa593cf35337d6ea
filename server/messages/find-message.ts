import type { Tx } from '../db.ts';
import { notFound } from '../errors.ts';
import { type Message, messageFields } from './message.ts';

/** A message of a conversation that the caller has already been let into. */
export async function findMessage(tx: Tx, conversationId: string, messageId: string): Promise<Message> {
  const message = await tx.message.findFirst({ where: { id: messageId, conversationId }, select: messageFields });
  if (!message) throw notFound('message');
  return message;
}
