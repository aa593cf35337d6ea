import type { Db, Tx } from '../db.ts';

/** Raw, for an advisory lock: of two managers who save at once, the later one replaces what the other has saved. */
export async function lockSurveyForm(tx: Tx): Promise<void> {
  await tx.$executeRaw`/* survey_form_lock */ SELECT pg_advisory_xact_lock(hashtext('survey_form'))`;
}

/**
 * Whose answer a link to the conversation's survey carries: its customer, who started it or, where an agent did, was in it
 * first. Nobody where no customer is left in it.
 */
export async function readCustomer(db: Db, conversationId: string): Promise<string | undefined> {
  const customers = await db.member.findMany({
    where: { conversationId, leftAt: null, participant: { role: 'CUSTOMER', deletedAt: null } },
    select: { participantId: true, conversation: { select: { starterId: true } } },
    orderBy: [{ joinedAt: 'asc' }, { participantId: 'asc' }],
  });
  const starter = customers.find(({ participantId, conversation }) => participantId === conversation.starterId);
  return (starter ?? customers[0])?.participantId;
}
