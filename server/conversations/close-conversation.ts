import type { Db } from '../db.ts';
import { changeConversation } from '../outbox/append-event.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import type { Viewer } from '../participants/participant.ts';
import { accessAsMember, mustNotBeNotes } from './access-conversation.ts';
import { type Conversation, conversationFields } from './conversation.ts';
import type { SupportMeasure } from './measure-support.ts';

export async function closeConversation(
  { db, relay, support }: { db: Db; relay: Relay; support: SupportMeasure },
  viewer: Viewer,
  conversationId: string,
): Promise<Conversation> {
  let changed = false;
  const closed = await changeConversation({ db, relay }, conversationId, async (tx, append) => {
    const conversation = await accessAsMember(tx, viewer, conversationId);
    mustNotBeNotes(conversation);
    if (conversation.status === 'CLOSED') return conversation;
    await tx.conversation.update({ where: { id: conversationId }, data: { status: 'CLOSED', closedAt: new Date() } });
    await append({ kind: 'CONVERSATION_CHANGED', change: 'CLOSED', actorId: viewer.id });
    changed = true;
    return tx.conversation.findUniqueOrThrow({ where: { id: conversationId }, select: conversationFields });
  });
  if (changed) support.closed(viewer, closed);
  return closed;
}
