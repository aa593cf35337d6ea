import type { Tx } from '../db.ts';
import type { Append } from '../outbox/append-event.ts';
import type { Viewer } from '../participants/participant.ts';

/**
 * Makes somebody a member, with its event, under the caller's lock. Who was a member before keeps their watermarks: they
 * only grow (D7). A present member: nothing happens.
 */
export async function joinMember(
  tx: Tx,
  append: Append,
  viewer: Viewer,
  conversationId: string,
  participantId: string,
): Promise<void> {
  const key = { conversationId_participantId: { conversationId, participantId } };
  const member = await tx.member.findUnique({ where: key });
  if (member && member.leftAt === null) return;
  await tx.member.upsert({
    where: key,
    create: { conversationId, participantId },
    update: { leftAt: null, joinedAt: new Date() },
  });
  await append({ kind: 'PARTICIPANT_JOINED', actorId: viewer.id, participantId, inboxes: [participantId] });
}
