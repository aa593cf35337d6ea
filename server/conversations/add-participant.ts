import type { Db } from '../db.ts';
import { badInput, notFound } from '../errors.ts';
import { changeConversation } from '../outbox/append-event.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import { accessAsMember, mustBeStaff, mustNotBeClosed } from './access-conversation.ts';
import { type Conversation, conversationFields } from './conversation.ts';
import { joinMember } from './join-member.ts';
import { joinNotes } from './join-notes.ts';

export async function addParticipant(
  parts: { db: Db; relay: Relay },
  viewer: Viewer,
  { conversationId, externalId }: { conversationId: string; externalId: string },
): Promise<Conversation> {
  const changed = await changeConversation(parts, conversationId, async (tx, append) => {
    const conversation = await accessAsMember(tx, viewer, conversationId);
    mustBeStaff(viewer);
    mustNotBeClosed(conversation);
    const participant = await tx.participant.findUnique({ where: { externalId }, select: { id: true, role: true } });
    if (!participant) throw notFound('participant');
    if (conversation.notesOfId !== null && !isStaff(participant))
      throw badInput('externalId', 'is a customer’s; internal notes are for agents and managers.');
    await joinMember(tx, append, viewer, conversationId, participant.id);
    return tx.conversation.findUniqueOrThrow({ where: { id: conversationId }, select: conversationFields });
  });
  await joinNotes(parts, viewer, conversationId);
  return changed;
}
