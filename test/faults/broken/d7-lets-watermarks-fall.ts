import { acknowledgeMessages as acknowledge } from '../../../server/delivery/delivery-queries.ts';
import { standInFor } from './stand-in.ts';

standInFor('delivery/delivery-queries.ts', import.meta.url);

export * from '../../../server/delivery/delivery-queries.ts';

/** The newest acknowledgement wins, not the highest. */
export async function acknowledgeMessages(
  ...[db, rows, ...rest]: Parameters<typeof acknowledge>
): ReturnType<typeof acknowledge> {
  const answers = await acknowledge(db, rows, ...rest);
  for (const { conversationId, participantId, deliveredSeq, readSeq } of rows) {
    const delivered = Math.max(deliveredSeq, readSeq);
    await db.$executeRaw`UPDATE member SET delivered_seq = ${delivered}::int, read_seq = least(read_seq, ${delivered}::int)
      WHERE conversation_id = ${conversationId}::uuid AND participant_id = ${participantId}::uuid`;
  }
  return answers;
}
