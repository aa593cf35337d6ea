import { sendMessages as send } from '../../../server/messages/message-queries.ts';
import { standInFor } from './stand-in.ts';

standInFor('messages/message-queries.ts', import.meta.url);

export * from '../../../server/messages/message-queries.ts';

/** A known id is a duplicate, whatever comes with it. */
export async function sendMessages(...[db, rows, ...rest]: Parameters<typeof send>): ReturnType<typeof send> {
  const answers = await send(db, rows, ...rest);
  return answers.map((answer) => (answer.outcome === 'conflict' ? { ...answer, outcome: 'duplicate' } : answer));
}
