import type { Db } from '../db.ts';
import { notFound } from '../errors.ts';
import { changeConversation } from '../outbox/append-event.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import type { Viewer } from '../participants/participant.ts';
import { accessAsMember, mustBeStaff, mustNotBeClosed } from './access-conversation.ts';
import { type Conversation, conversationFields } from './conversation.ts';

/** Leaving, and being removed: one event. Who is gone keeps their row, because their receipts still count. */
export function removeParticipant(
  { db, relay }: { db: Db; relay: Relay },
  viewer: Viewer,
  { conversationId, participantId = viewer.id }: { conversationId: string; participantId: string | undefined },
): Promise<Conversation> {
  return changeConversation({ db, relay }, conversationId, async (tx, append) => {
    const conversation = await accessAsMember(tx, viewer, conversationId);
    if (participantId !== viewer.id) mustBeStaff(viewer);
    mustNotBeClosed(conversation);
    const key = { conversationId_participantId: { conversationId, participantId } };
    const member = await tx.member.findUnique({ where: key });
    if (!member) throw notFound('participant in this conversation');
    if (member.leftAt === null) {
      await tx.member.update({ where: key, data: { leftAt: new Date() } });
      await append({ kind: 'PARTICIPANT_LEFT', actorId: viewer.id, participantId });
    }
    if (conversation.assigneeId === participantId) {
      await tx.conversation.update({ where: { id: conversationId }, data: { assigneeId: null, status: 'WAITING' } });
      await append({ kind: 'CONVERSATION_CHANGED', change: 'UNASSIGNED', actorId: viewer.id });
    }
    return tx.conversation.findUniqueOrThrow({ where: { id: conversationId }, select: conversationFields });
  });
}
