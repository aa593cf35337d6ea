import type { Db } from '../db.ts';
import { changeConversation } from '../outbox/append-event.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import type { Viewer } from '../participants/participant.ts';
import { accessAsMember, mustBeStaff, mustNotBeNotes } from './access-conversation.ts';
import { type Conversation, conversationFields } from './conversation.ts';
import { presentMembers } from './conversation-queries.ts';
import type { SupportMeasure } from './measure-support.ts';

export async function reopenConversation(
  { db, relay, support }: { db: Db; relay: Relay; support: SupportMeasure },
  viewer: Viewer,
  conversationId: string,
): Promise<Conversation> {
  let changed = false;
  const reopened = await changeConversation({ db, relay }, conversationId, async (tx, append) => {
    const conversation = await accessAsMember(tx, viewer, conversationId);
    mustBeStaff(viewer);
    mustNotBeNotes(conversation);
    if (conversation.status !== 'CLOSED') return conversation;
    const status = conversation.assigneeId === null ? 'WAITING' : 'OPEN';
    await tx.conversation.update({ where: { id: conversationId }, data: { status, closedAt: null } });
    await append({
      kind: 'CONVERSATION_CHANGED',
      change: 'REOPENED',
      actorId: viewer.id,
      inboxes: await presentMembers(tx, conversationId),
    });
    changed = true;
    return tx.conversation.findUniqueOrThrow({ where: { id: conversationId }, select: conversationFields });
  });
  if (changed) support.reopened(viewer);
  return reopened;
}
