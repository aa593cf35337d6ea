import type { Db, Tx } from '../db.ts';
import type { ConversationRange } from './check.ts';

const MAX_CONVERSATIONS = 5_000;
/** Events in a range: a second or two of work for the slowest check. One conversation is never split. */
const MAX_EVENTS = 100_000;

/** All conversations, in ranges of bounded size, by id. */
export async function* conversationRanges(db: Db | Tx): AsyncGenerator<ConversationRange & { conversations: number }> {
  let after: string | undefined;
  for (;;) {
    const page = await db.conversation.findMany({
      select: { id: true, headSeq: true },
      where: after === undefined ? {} : { id: { gt: after } },
      orderBy: { id: 'asc' },
      take: MAX_CONVERSATIONS,
    });
    if (page.length === 0) return;
    let size = 1;
    let events = page[0]!.headSeq;
    while (size < page.length && events + page[size]!.headSeq <= MAX_EVENTS) events += page[size++]!.headSeq;
    after = page[size - 1]!.id;
    yield { first: page[0]!.id, last: after, conversations: size };
  }
}
