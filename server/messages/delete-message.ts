import { accessAsMember } from '../conversations/access-conversation.ts';
import { presentMembers } from '../conversations/conversation-queries.ts';
import type { Db } from '../db.ts';
import { forbidden } from '../errors.ts';
import { changeConversation } from '../outbox/append-event.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import type { Viewer } from '../participants/participant.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { findMessage } from './find-message.ts';
import { type Message, messageFields } from './message.ts';

/**
 * Leaves a tombstone: seq and order stay, the body and its fingerprint are erased, and with them everything that replay
 * could show, because bodies stand in one place only. Works in closed conversations. Deleting twice is one event.
 */
export function deleteMessage(
  { db, relay, sealing }: { db: Db; relay: Relay; sealing: Sealing },
  viewer: Viewer,
  { conversationId, messageId }: { conversationId: string; messageId: string },
): Promise<Message> {
  return changeConversation({ db, relay }, conversationId, async (tx, append) => {
    const conversation = await accessAsMember(tx, viewer, conversationId);
    const current = await findMessage(tx, sealing, conversationId, messageId);
    if (current.senderId !== viewer.id && viewer.role !== 'MANAGER') {
      throw forbidden('Only its sender, or a manager who is a member, may delete a message.');
    }
    if (current.deletedAt) return current;
    const message = await tx.message.update({
      where: { id: messageId },
      data: { body: null, keyId: null, fingerprint: null, version: { increment: 1 }, deletedAt: new Date() },
      select: messageFields,
    });
    // Inboxes do not follow closed conversations until something happens in them.
    const inboxes = conversation.status === 'CLOSED' ? await presentMembers(tx, conversationId) : [];
    await append({ kind: 'MESSAGE_DELETED', actorId: viewer.id, message, inboxes });
    return message;
  });
}
