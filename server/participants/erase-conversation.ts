import { presentMembers } from '../conversations/conversation-queries.ts';
import type { Db, Tx } from '../db.ts';
import { eraseMessages } from '../messages/erase-messages.ts';
import { type Append, changeConversation, type OutboxEntry } from '../outbox/append-event.ts';
import type { Erasure } from './erasure-queries.ts';

type Parts = { db: Db; relay: { handOver(entries: readonly OutboxEntry[]): void } };
type Limits = { readonly batch: number; readonly leaseMs: number };

/**
 * Takes somebody who was deleted out of one conversation, in transactions of at most `batch` messages, so that its lock is
 * never held for long: they leave, then what they wrote becomes tombstones, then ParticipantDeleted tells that it is done.
 * Everything may be repeated: after a crash it goes on where it was, and of two processes that do the same one does nothing.
 */
export async function eraseConversation(
  parts: Parts,
  erasure: Erasure,
  conversationId: string,
  limits: Limits,
  stopped: () => boolean,
): Promise<void> {
  let afterSeq: number | undefined = 0;
  while (afterSeq !== undefined && !stopped()) {
    const from: number = afterSeq;
    afterSeq = await changeConversation(parts, conversationId, (tx, append) =>
      eraseNext({ tx, append }, erasure, conversationId, from, limits),
    );
  }
}

/** Answers from where to go on; undefined when the conversation is done. */
async function eraseNext(
  { tx, append }: { tx: Tx; append: Append },
  { participantId, requestedById: actorId }: Erasure,
  conversationId: string,
  afterSeq: number,
  { batch, leaseMs }: Limits,
): Promise<number | undefined> {
  await leave({ tx, append }, participantId, actorId, conversationId);
  const erasing = { conversationId, senderId: participantId, actorId, afterSeq, limit: batch };
  const { count, lastSeq } = await eraseMessages(tx, append, erasing);
  const done = count < batch;
  const noted = await tx.erasure.updateMany({
    where: { participantId, OR: [{ progress: null }, { progress: { lt: conversationId } }] },
    data: {
      messages: { increment: count },
      leaseUntil: new Date(Date.now() + leaseMs),
      ...(done ? { conversations: { increment: 1 }, progress: conversationId } : {}),
    },
  });
  if (!done) return lastSeq;
  if (noted.count === 0) return undefined; // another process was faster
  await tx.survey.updateMany({ where: { conversationId, participantId }, data: { comment: null, keyId: null } });
  await tx.surveyAnswer.updateMany({
    where: { survey: { conversationId, participantId } },
    data: { text: null, keyId: null },
  });
  // What is left of their words in backups and archives cannot be read any more.
  await tx.sealingKey.deleteMany({ where: { conversationId, participantId } });
  // Inboxes do not follow closed conversations until something happens in them.
  const inboxes = await presentMembers(tx, conversationId);
  await append({ kind: 'PARTICIPANT_DELETED', actorId, participantId, inboxes });
  return undefined;
}

/** What they were in the conversation ends; it goes on for the others, and is closed where nobody is left who asked. */
async function leave(
  { tx, append }: { tx: Tx; append: Append },
  participantId: string,
  actorId: string,
  conversationId: string,
): Promise<void> {
  const left = await tx.member.updateMany({
    where: { conversationId, participantId, leftAt: null },
    data: { leftAt: new Date() },
  });
  if (left.count > 0) await append({ kind: 'PARTICIPANT_LEFT', actorId, participantId });
  const { subject, status, starterId, assigneeId, notesOfId } = await tx.conversation.findUniqueOrThrow({
    where: { id: conversationId },
    select: { subject: true, status: true, starterId: true, assigneeId: true, notesOfId: true },
  });
  const open = status !== 'CLOSED';
  const changes = {
    ...(subject !== null && starterId === participantId ? { subject: null } : {}),
    ...(assigneeId === participantId ? { assigneeId: null, ...(open ? { status: 'WAITING' as const } : {}) } : {}),
    ...(open && notesOfId === null && left.count > 0 && (await wasLastCustomer(tx, participantId, conversationId))
      ? { status: 'CLOSED' as const, closedAt: new Date() }
      : {}),
  };
  if (Object.keys(changes).length === 0) return;
  await tx.conversation.update({ where: { id: conversationId }, data: changes });
  // One event for all: what matters most stands in it.
  const change = 'closedAt' in changes ? 'CLOSED' : 'assigneeId' in changes ? 'UNASSIGNED' : undefined;
  await append({ kind: 'CONVERSATION_CHANGED', change, actorId });
}

async function wasLastCustomer(tx: Tx, participantId: string, conversationId: string): Promise<boolean> {
  const { role } = await tx.participant.findUniqueOrThrow({ where: { id: participantId }, select: { role: true } });
  if (role !== 'CUSTOMER') return false;
  const customers = { conversationId, leftAt: null, participant: { role: 'CUSTOMER' } } as const;
  return (await tx.member.count({ where: customers })) === 0;
}
