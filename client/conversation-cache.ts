import { type ConversationState, forCache } from './fold.ts';
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
  /** Those that are known to be counted. */
  const counted = new Set<string>();

  /** The least recently used make room; their times are kept apart, so that counting does not read the messages. */
  async function count(id: string): Promise<Map<string, unknown>> {
    if (counted.has(id)) return new Map();
    counted.add(id);
    const used = [...(await kept.load<number>(USED))].filter(([other]) => other !== id);
    const surplus = used.sort(([, a], [, b]) => b - a).slice(CACHED_CONVERSATIONS - 1);
    for (const [other] of surplus) counted.delete(other);
    return new Map([
      [USED + id, Date.now()],
      ...surplus.flatMap(([other]): [string, undefined][] => [
        [USED + other, undefined],
        [STATE + other, undefined],
      ]),
    ]);
  }

  return {
    async load(id) {
      return (await kept.load<ConversationState>(STATE + id)).get('') ?? null;
    },
    async save(state) {
      await kept.save(new Map([...(await count(state.id)), [STATE + state.id, forCache(state, CACHED_MESSAGES)]]));
    },
    async remove(id) {
      counted.delete(id);
      await kept.save(new Map([STATE, USED].map((prefix) => [prefix + id, undefined])));
    },
  };
}
