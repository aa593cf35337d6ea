import type { Db, Tx } from '../db.ts';
import type { ConversationRange } from './check.ts';

/** How much is looked at by one statement. One conversation is never split. */
export type RangeSize = { readonly conversations: number; readonly events: number };

/** A second or two of work for the slowest check. */
const LARGE: RangeSize = { conversations: 5_000, events: 100_000 };

/** All conversations, in ranges of bounded size, by id. */
export async function* conversationRanges(db: Db | Tx): AsyncGenerator<ConversationRange & { ids: readonly string[] }> {
  let after: string | null = null;
  for (;;) {
    const range = await nextRange(db, after, LARGE);
    if (!range) return;
    after = range.last;
    yield range;
  }
}

/** The conversations that come next after an id; from the first one for null. */
export async function nextRange(
  db: Db | Tx,
  after: string | null,
  size: RangeSize,
): Promise<(ConversationRange & { ids: readonly string[] }) | undefined> {
  const page = await db.conversation.findMany({
    select: { id: true, headSeq: true },
    where: after === null ? {} : { id: { gt: after } },
    orderBy: { id: 'asc' },
    take: size.conversations,
  });
  if (page.length === 0) return undefined;
  const ids = [page[0]!.id];
  let events = page[0]!.headSeq;
  for (const { id, headSeq } of page.slice(1)) {
    events += headSeq;
    if (events > size.events) break;
    ids.push(id);
  }
  return { first: ids[0]!, last: ids.at(-1)!, ids };
}
