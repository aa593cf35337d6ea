import { type ConversationState, interrupt, UNKNOWN_CURSOR, unreadCount } from './fold.ts';
import type { Kept } from './kept.ts';

/**
 * How many conversations are kept on the device: those that somebody is likely to open again. With their messages they come
 * to about 5 MB, which every browser grants without asking.
 */
export const CACHED_CONVERSATIONS = 50;
/** How many messages of each, the newest: a few screens, more than is looked at before the network is there. */
export const CACHED_MESSAGES = 200;

/** Recent conversations as this device last knew them, to be shown before the network answers, and resumed from. */
export interface ConversationCache {
  load(id: string): Promise<ConversationState | null>;
  save(state: ConversationState): Promise<void>;
  remove(id: string): Promise<void>;
}

const STATE = 'cache/';
const USED = 'used/';

export function createConversationCache(kept: Kept): ConversationCache {
  /** Those whose use has been written down, and others been removed for. */
  const counted = new Set<string>();

  /** The least recently used make room; their times are kept apart, so that counting does not read the messages. */
  async function makeRoom(id: string): Promise<void> {
    counted.add(id);
    const used = [...(await kept.load<number>(USED))].sort(([, a], [, b]) => b - a);
    const surplus = used.slice(CACHED_CONVERSATIONS).map(([other]) => other);
    for (const other of surplus) counted.delete(other);
    if (surplus.length > 0) await kept.save(removing(surplus));
  }

  const removing = (ids: readonly string[]) =>
    new Map(ids.flatMap((id) => [STATE, USED].map((prefix): [string, undefined] => [prefix + id, undefined])));

  return {
    async load(id) {
      return (await kept.load<ConversationState>(STATE + id)).get('') ?? null;
    },
    async save(state) {
      const { id } = state;
      // Written first: a page that leaves may not come to anything after it.
      const isNew = !counted.has(id);
      const used: [string, unknown][] = isNew ? [[USED + id, Date.now()]] : [];
      await kept.save(new Map([...used, [STATE + id, forCache(state, CACHED_MESSAGES)]]));
      if (isNew) await makeRoom(id);
    },
    async remove(id) {
      counted.delete(id);
      await kept.save(removing([id]));
    },
  };
}

/** What is worth keeping of a state: its newest messages, and nothing that has gone stale when it is opened again. */
export function forCache(state: ConversationState, maxMessages: number): ConversationState {
  const messages = state.messages.slice(-maxMessages);
  const cut = messages.length < state.messages.length;
  const kept: ConversationState = {
    ...interrupt(state),
    members: state.members.map((member) => ({ ...member, typing: false, online: false })),
    messages,
    fromSeq: cut ? messages[0]!.seq : state.fromSeq,
    earlierCursor: cut ? UNKNOWN_CURSOR : state.earlierCursor,
    // They guard against a page that is under way; none is, when this is opened.
    unshown: [],
  };
  return { ...kept, unreadBefore: unreadCount(state) - unreadCount({ ...kept, unreadBefore: 0 }) };
}
