import type { Db, Tx } from '../db.ts';
import { type Append, changeConversation } from '../outbox/append-event.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import type { Viewer } from '../participants/participant.ts';
import { joinMember } from './join-member.ts';

/**
 * Agents and managers who come into a conversation come into its internal notes, where there are any. After the commit of what
 * brought them in, because nobody locks two conversations at once; a crash in between leaves them out until somebody calls
 * openNotes.
 */
export async function joinNotes(
  parts: { db: Db; relay: Relay },
  viewer: Viewer,
  conversationId: string,
): Promise<void> {
  const notes = await parts.db.conversation.findUnique({ where: { notesOfId: conversationId }, select: { id: true } });
  if (!notes) return;
  await changeConversation(parts, notes.id, (tx, append) => joinStaff(tx, append, viewer, conversationId, notes.id));
}

/** Under the lock of the notes: those who have never been in them. Who has left them stays out. */
export async function joinStaff(
  tx: Tx,
  append: Append,
  viewer: Viewer,
  conversationId: string,
  notesId: string,
): Promise<void> {
  const newcomers = await tx.member.findMany({
    where: {
      conversationId,
      leftAt: null,
      participant: { role: { not: 'CUSTOMER' }, memberships: { none: { conversationId: notesId } } },
    },
    orderBy: [{ joinedAt: 'asc' }, { participantId: 'asc' }],
    select: { participantId: true },
  });
  for (const { participantId } of newcomers) await joinMember(tx, append, viewer, notesId, participantId);
}
