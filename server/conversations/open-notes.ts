import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../db.ts';
import { badInput, isWorthRepeating } from '../errors.ts';
import { changeConversation } from '../outbox/append-event.ts';
import type { Bus } from '../outbox/bus.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import type { Viewer } from '../participants/participant.ts';
import { accessConversation, mustBeStaff } from './access-conversation.ts';
import { type Conversation, conversationFields } from './conversation.ts';
import { joinMember } from './join-member.ts';
import { joinStaff } from './join-notes.ts';

/**
 * The agents' internal notes on a conversation: a companion conversation with a log, a head and members of its own, so that
 * every promise holds for it, and so that the customer's log has neither an event nor a hole where somebody wrote a note.
 * Made when they are first opened; whoever opens them becomes a member, and so do the agents and managers who are in the
 * conversation. Repeating it changes nothing.
 */
export async function openNotes(
  parts: { db: Db; relay: Relay; bus: Bus },
  viewer: Viewer,
  conversationId: string,
): Promise<Conversation> {
  const { db } = parts;
  const { conversation } = await accessConversation(db, viewer, conversationId);
  mustBeStaff(viewer);
  if (conversation.notesOfId !== null) throw badInput('conversationId', 'names internal notes themselves.');
  const id = (await findNotes(db, conversationId)) ?? (await createNotes(parts, viewer, conversationId));
  return changeConversation(parts, id, async (tx, append) => {
    await joinMember(tx, append, viewer, id, viewer.id);
    await joinStaff(tx, append, viewer, conversationId, id);
    return tx.conversation.findUniqueOrThrow({ where: { id }, select: conversationFields });
  });
}

async function findNotes(db: Db, notesOfId: string): Promise<string | undefined> {
  return (await db.conversation.findUnique({ where: { notesOfId }, select: { id: true } }))?.id;
}

async function createNotes({ db, bus }: { db: Db; bus: Bus }, viewer: Viewer, notesOfId: string): Promise<string> {
  const id = uuidv7();
  try {
    await db.conversation.create({
      data: {
        id,
        notesOfId,
        status: 'OPEN',
        starterId: viewer.id,
        activity: { create: { at: new Date() } },
        members: { create: { participantId: viewer.id } },
      },
    });
  } catch (error) {
    // A colleague was faster.
    const twin = isWorthRepeating(error) ? await findNotes(db, notesOfId) : undefined;
    if (twin) return twin;
    throw error;
  }
  // As when a conversation is started: for the viewer's other devices.
  bus.publish(`inbox:${viewer.id}`, { type: 'inbox', conversationId: id }).catch(() => {});
  return id;
}
