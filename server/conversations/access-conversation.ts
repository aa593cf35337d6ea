import type { Db, Tx } from '../db.ts';
import { badInput, conflict, conversationClosed, forbidden, notFound } from '../errors.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import type { Conversation, Member } from './conversation.ts';
import { readAccess } from './conversation-queries.ts';

/**
 * The one door to a conversation: whatever reads or changes one for somebody comes through here, before anything else
 * is looked at. (send_messages() and acknowledge_messages() check the same in SQL.)
 *
 * Customers may pass for conversations that they are members of; agents and managers for all. What is not theirs looks
 * exactly like what does not exist (D8). Internal notes are never a customer's, not even of one who was let in as an agent.
 */
export type Access = { readonly conversation: Conversation; readonly isMember: boolean };

export async function accessConversation(db: Db | Tx, viewer: Viewer, id: string): Promise<Access> {
  const found = await readAccess(db, viewer.id, id);
  const isTheirs = isStaff(viewer) || (found?.isMember && found.notesOfId === null);
  if (!found || !isTheirs) throw notFound('conversation');
  const { isMember, ...conversation } = found;
  return { conversation, isMember };
}

/** For writing: members only. Agents may read what they are not members of, so they are told so instead of NOT_FOUND. */
export async function accessAsMember(db: Db | Tx, viewer: Viewer, id: string): Promise<Conversation> {
  const { conversation, isMember } = await accessConversation(db, viewer, id);
  if (!isMember) throw notAMember();
  return conversation;
}

export const isPresent = (members: readonly Member[], { id }: Viewer) =>
  members.some(({ participantId, leftAt }) => participantId === id && leftAt === null);

export const notAMember = () =>
  forbidden('Only members may do this. Claim the conversation with assignConversation, or let a member add you.');

export function mustNotBeClosed({ status }: Conversation): void {
  if (status === 'CLOSED') throw conversationClosed();
}

/** Notes are nobody's task and never end: what can be assigned, closed or rated is the conversation that they are about. */
export function mustNotBeNotes({ notesOfId }: Conversation): void {
  if (notesOfId !== null) throw badInput('conversationId', 'names internal notes, which have no status of their own.');
}

/** What somebody has taken on, nobody else gives away, but managers. */
export function mustBeTheirs({ assigneeId }: Conversation, viewer: Viewer): void {
  if (assigneeId !== null && assigneeId !== viewer.id && viewer.role !== 'MANAGER')
    throw conflict('This conversation is assigned to somebody else. Ask them or a manager to hand it over.');
}

export function mustBeStaff(viewer: Viewer): void {
  if (!isStaff(viewer)) throw forbidden('Only agents and managers may do this.');
}
