import type { Db } from '../db.ts';
import { changeConversation } from '../outbox/append-event.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import type { Viewer } from '../participants/participant.ts';
import {
  accessConversation,
  mustBeStaff,
  mustBeTheirs,
  mustNotBeClosed,
  mustNotBeNotes,
} from './access-conversation.ts';
import { type Conversation, conversationFields } from './conversation.ts';

/** Puts a conversation into another queue, or into none. Who is responsible for it stays so. */
export async function moveConversation(
  parts: { db: Db; relay: Relay },
  viewer: Viewer,
  { conversationId, queue }: { conversationId: string; queue: string | null },
): Promise<Conversation> {
  return changeConversation(parts, conversationId, async (tx, append) => {
    const { conversation } = await accessConversation(tx, viewer, conversationId);
    mustBeStaff(viewer);
    mustNotBeNotes(conversation);
    // A retry is recognised before the status, as with sends.
    if (conversation.queue === queue) return conversation;
    mustNotBeClosed(conversation);
    mustBeTheirs(conversation, viewer);
    await tx.conversation.update({ where: { id: conversationId }, data: { queue } });
    await append({ kind: 'CONVERSATION_CHANGED', change: 'MOVED', actorId: viewer.id });
    return tx.conversation.findUniqueOrThrow({ where: { id: conversationId }, select: conversationFields });
  });
}
