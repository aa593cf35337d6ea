import type { Db, Tx } from '../db.ts';
import { badInput, notFound } from '../errors.ts';
import { changeConversation } from '../outbox/append-event.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import {
  accessConversation,
  mustBeStaff,
  mustBeTheirs,
  mustNotBeClosed,
  mustNotBeNotes,
} from './access-conversation.ts';
import { type Conversation, conversationFields } from './conversation.ts';
import { joinMember } from './join-member.ts';
import { joinNotes } from './join-notes.ts';
import type { SupportMeasure } from './measure-support.ts';

/** Claims a waiting conversation, or hands it over. The new assignee becomes a member first (ParticipantJoined, then ConversationChanged). */
export async function assignConversation(
  parts: { db: Db; relay: Relay; support: SupportMeasure },
  viewer: Viewer,
  { conversationId, agentId = viewer.id }: { conversationId: string; agentId: string | undefined },
): Promise<Conversation> {
  let waiting: Conversation | undefined;
  const assigned = await changeConversation(parts, conversationId, async (tx, append) => {
    const { conversation } = await accessConversation(tx, viewer, conversationId);
    mustBeStaff(viewer);
    mustNotBeNotes(conversation);
    // A retry is recognised before the status, as with sends.
    if (conversation.assigneeId === agentId) return conversation;
    mustNotBeClosed(conversation);
    mustBeTheirs(conversation, viewer);
    const agent = await tx.participant.findUnique({ where: { id: agentId } });
    if (!agent || agent.deletedAt) throw notFound('participant');
    if (!isStaff(agent)) throw badInput('agentId', 'must be an agent or a manager.');
    // Given back by its agent, it waits a second time; that is not the customer's first wait.
    if (conversation.status === 'WAITING' && !(await hadAgent(tx, conversationId))) waiting = conversation;
    await joinMember(tx, append, viewer, conversationId, agentId);
    await tx.conversation.update({ where: { id: conversationId }, data: { assigneeId: agentId, status: 'OPEN' } });
    await append({ kind: 'CONVERSATION_CHANGED', change: 'ASSIGNED', actorId: viewer.id, participantId: agentId });
    return tx.conversation.findUniqueOrThrow({ where: { id: conversationId }, select: conversationFields });
  });
  if (waiting) parts.support.claimed(viewer, waiting);
  await joinNotes(parts, viewer, conversationId);
  return assigned;
}

async function hadAgent(tx: Tx, conversationId: string): Promise<boolean> {
  return (await tx.member.count({ where: { conversationId, participant: { role: { not: 'CUSTOMER' } } } })) > 0;
}
