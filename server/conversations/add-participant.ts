import type { Db } from '../db.ts';
import { notFound } from '../errors.ts';
import { changeConversation } from '../outbox/append-event.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import type { Viewer } from '../participants/participant.ts';
import { accessAsMember, mustBeStaff, mustNotBeClosed } from './access-conversation.ts';
import { type Conversation, conversationFields } from './conversation.ts';
import { joinMember } from './join-member.ts';

export function addParticipant(
  { db, relay }: { db: Db; relay: Relay },
  viewer: Viewer,
  { conversationId, externalId }: { conversationId: string; externalId: string },
): Promise<Conversation> {
  return changeConversation({ db, relay }, conversationId, async (tx, append) => {
    const conversation = await accessAsMember(tx, viewer, conversationId);
    mustBeStaff(viewer);
    mustNotBeClosed(conversation);
    const participant = await tx.participant.findUnique({ where: { externalId }, select: { id: true } });
    if (!participant) throw notFound('participant');
    await joinMember(tx, append, viewer, conversationId, participant.id);
    return tx.conversation.findUniqueOrThrow({ where: { id: conversationId }, select: conversationFields });
  });
}
