import { randomUUID } from 'node:crypto';
import { sendMessages as send } from '../../../server/messages/message-queries.ts';
import { standInFor } from './stand-in.ts';

standInFor('messages/message-queries.ts', import.meta.url);

export * from '../../../server/messages/message-queries.ts';

/** Seqs as a counter beside the transaction gives them: one that is taken and not used is a hole. */
export async function sendMessages(...[db, rows, ...rest]: Parameters<typeof send>): ReturnType<typeof send> {
  const answers = await send(db, rows, ...rest);
  for (const [i, { outcome }] of answers.entries()) {
    if (outcome === 'stored' && randomUUID().startsWith('0'))
      await db.$executeRaw`UPDATE conversation SET head_seq = head_seq + 1 WHERE id = ${rows[i]!.conversationId}::uuid`;
  }
  return answers;
}
