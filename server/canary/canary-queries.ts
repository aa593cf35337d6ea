import { canary } from '../canary-participants.ts';
import { type Db, inTx } from '../db.ts';

const NAME = 'canary';

/** With their ids before any token names them, so that nobody can be taken for them. */
export async function createCanaryParticipants(db: Db): Promise<void> {
  await db.participant.createMany({
    data: Object.values(canary).map(({ id, sub, role }) => ({ id, externalId: sub, name: 'Canary', role })),
    skipDuplicates: true,
  });
}

/** From when on minutes without a result are minutes down: the first start, or the first after it was switched off. Raw, for coalesce. */
export async function startCounting(db: Db): Promise<void> {
  await db.$executeRaw`/* canary_start */
    INSERT INTO turn AS t (name, next_at, counting_since) VALUES (${NAME}, now(), now())
    ON CONFLICT (name) DO UPDATE SET counting_since = coalesce(t.counting_since, now())`;
}

export async function stopCounting(db: Db): Promise<void> {
  await db.turn.updateMany({ where: { name: NAME }, data: { countingSince: null } });
}

/** What a run has left in the tables; found by the index of members. */
export async function removeCanaryTraffic(db: Db): Promise<void> {
  const members = await db.member.findMany({
    where: { participantId: canary.customer.id },
    select: { conversationId: true },
  });
  if (members.length === 0) return;
  const conversationId = { in: members.map((member) => member.conversationId) };
  await inTx(db, async (tx) => {
    await tx.conversation.deleteMany({ where: { id: conversationId } });
    await tx.outbox.deleteMany({ where: { conversationId } });
    await tx.deadLetter.deleteMany({ where: { conversationId } });
  });
}
