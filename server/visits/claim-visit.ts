import type { AccessWatch } from '../auth/watch-access.ts';
import type { Db, Tx } from '../db.ts';
import { forbidden } from '../errors.ts';
import { changeConversation } from '../outbox/append-event.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import { VISITOR_PREFIX, type VisitTokens, visitEnded } from './visit-tokens.ts';

/**
 * A visitor turns out to be somebody. Whatever was the visitor's in a conversation becomes theirs, in one transaction with
 * the event that says so: a fresh query and the state folded from live events agree (D10), a message's status does not
 * count its own author as a reader, and the retry of a send under the new name is recognised (D2).
 *
 * Conversation by conversation: a crash in between leaves the visit claimed and some conversations behind, and the same call
 * goes on with those. Only when none is left is the visitor shut out.
 */
type Parts = { db: Db; relay: Relay; access: AccessWatch; visitTokens: VisitTokens };

export async function claimVisit(parts: Parts, viewer: Viewer, visitToken: string): Promise<number> {
  const { db, access, visitTokens } = parts;
  if (isStaff(viewer) || viewer.externalId.startsWith(VISITOR_PREFIX))
    throw forbidden('Only a customer whom the host application has identified may claim a visit.');
  const { sub } = await visitTokens.verify(visitToken);
  const visitor = await db.participant.findUnique({
    where: { externalId: sub },
    select: { id: true, deletedAt: true },
  });
  if (!visitor) return 0; // has done nothing yet
  await reserve(db, visitor.id, viewer.id);

  let moved = 0;
  for (let shutOut = false; ; shutOut = true) {
    for (
      let left = await conversationsOf(db, visitor.id);
      left.length > 0;
      left = await conversationsOf(db, visitor.id)
    ) {
      for (const conversationId of left) await moveConversation(parts, conversationId, visitor.id, viewer.id);
      moved += left.length;
    }
    // Once more after the visitor is shut out: something of theirs may have been under way.
    if (shutOut) return moved;
    await db.participant.update({ where: { id: visitor.id }, data: { tokensValidFrom: nextSecond() } });
    access.tell(visitor.id);
  }
}

/** One statement decides between two who claim the same visit at once. */
async function reserve(db: Db, visitorId: string, participantId: string): Promise<void> {
  await db.claimedVisit.createMany({ data: { visitorId, participantId }, skipDuplicates: true });
  const claim = await db.claimedVisit.findUniqueOrThrow({ where: { visitorId } });
  if (claim.participantId !== participantId) throw visitEnded();
}

async function conversationsOf(db: Db, participantId: string): Promise<string[]> {
  const members = await db.member.findMany({ where: { participantId }, select: { conversationId: true } });
  return members.map(({ conversationId }) => conversationId).sort();
}

function moveConversation(
  parts: Parts,
  conversationId: string,
  formerId: string,
  participantId: string,
): Promise<void> {
  return changeConversation(parts, conversationId, async (tx, append) => {
    const was = await tx.member.findUnique({ where: key(conversationId, formerId) });
    if (!was) return; // a twin of this call was faster
    await moveMember(tx, was, participantId);
    await tx.message.updateMany({ where: { conversationId, senderId: formerId }, data: { senderId: participantId } });
    const events = tx.conversationEvent;
    await events.updateMany({ where: { conversationId, actorId: formerId }, data: { actorId: participantId } });
    await events.updateMany({ where: { conversationId, participantId: formerId }, data: { participantId } });
    await tx.conversation.updateMany({
      where: { id: conversationId, starterId: formerId },
      data: { starterId: participantId },
    });
    await tx.sealingKey.updateMany({ where: { conversationId, participantId: formerId }, data: { participantId } });
    await tx.survey.updateMany({ where: { conversationId, participantId: formerId }, data: { participantId } });
    await append({
      kind: 'PARTICIPANT_IDENTIFIED',
      actorId: participantId,
      participantId,
      formerId,
      inboxes: [participantId],
    });
  });
}

type Member = {
  conversationId: string;
  participantId: string;
  deliveredSeq: number;
  readSeq: number;
  joinedAt: Date;
  leftAt: Date | null;
};

/** The membership itself moves, watermarks included: two of one person would read each other's messages (D7). */
async function moveMember(tx: Tx, was: Member, participantId: string): Promise<void> {
  const { conversationId, deliveredSeq, readSeq, joinedAt, leftAt } = was;
  const known = await tx.member.findUnique({ where: key(conversationId, participantId) });
  // First left, then gone: leaving is what open streams are told of.
  if (leftAt === null)
    await tx.member.update({ where: key(conversationId, was.participantId), data: { leftAt: new Date() } });
  await tx.member.delete({ where: key(conversationId, was.participantId) });
  if (!known) {
    await tx.member.create({ data: { conversationId, participantId, deliveredSeq, readSeq, joinedAt, leftAt } });
    return;
  }
  await tx.member.update({
    where: key(conversationId, participantId),
    data: {
      deliveredSeq: Math.max(deliveredSeq, known.deliveredSeq),
      readSeq: Math.max(readSeq, known.readSeq),
      leftAt: leftAt === null || known.leftAt === null ? null : known.leftAt,
    },
  });
}

const key = (conversationId: string, participantId: string) => ({
  conversationId_participantId: { conversationId, participantId },
});

/** Tokens say in whole seconds when they were issued; those of this second are meant too. */
const nextSecond = () => new Date(Math.ceil((Date.now() + 1) / 1_000) * 1_000);
