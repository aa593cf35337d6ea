import type { ConversationReader } from './conversation-reader.ts';

/** A conversation that an inbox is to serve. */
export type Place = {
  readonly conversationId: string;
  /** The last seq that its subscriber has. */
  readonly position: number;
  /** The lower, the sooner. */
  readonly rank: number;
};

/**
 * Whose backlog is served next: page by page that of the lowest rank. One that comes later and is more urgent overtakes
 * between two pages; the one it interrupts goes on afterwards where it was. The next few are attached ahead of their turn.
 */
export type InboxTurns = {
  add(place: Place): void;
  has(conversationId: string): boolean;
  /** The reader whose page comes next; undefined while none is ready. Throws what attaching threw. */
  next(): ConversationReader | undefined;
  /** It is past its backlog, or gone. */
  done(conversationId: string): void;
};

/** Each costs a follower and a few statements, mostly waiting: with four under way nobody waits for them. */
const AHEAD = 4;

type Parts = {
  /** Undefined: it is not theirs any more. */
  attach: (place: Place) => Promise<ConversationReader | undefined>;
  onReady: () => void;
};

export function createInboxTurns({ attach, onReady }: Parts): InboxTurns {
  /** By rank. */
  const waiting: Place[] = [];
  const known = new Set<string>();
  const open: { readonly place: Place; reader: ConversationReader | undefined; hasBegun: boolean }[] = [];
  let failure: { error: unknown } | undefined;

  function openNext(): void {
    for (let place = waiting[0]; place && mayOpen(place); place = waiting[0]) {
      waiting.shift();
      const entry = { place, reader: undefined as ConversationReader | undefined, hasBegun: false };
      insert(open, entry, (one) => one.place.rank);
      attach(place)
        .then((reader) => {
          if (reader) entry.reader = reader;
          else done(place.conversationId);
        })
        .catch((error: unknown) => {
          failure = { error };
        })
        .finally(onReady);
    }
  }

  /** A more urgent one than all that are open need not wait until one of them is done. */
  const mayOpen = ({ rank }: Place) => open.length < AHEAD || rank < open[0]!.place.rank;

  function done(conversationId: string): void {
    known.delete(conversationId);
    const i = open.findIndex(({ place }) => place.conversationId === conversationId);
    if (i >= 0) open.splice(i, 1);
  }

  return {
    add(place) {
      known.add(place.conversationId);
      insert(waiting, place, (one) => one.rank);
    },
    has: (conversationId) => known.has(conversationId),
    next() {
      if (failure) throw failure.error;
      openNext();
      let isPassedOver = false;
      for (const entry of open) {
        if (!entry.reader) isPassedOver = true;
        // None begins before those that come before it; one that has begun need not wait for a newcomer to be attached.
        else if (entry.hasBegun || !isPassedOver) {
          entry.hasBegun = true;
          return entry.reader;
        }
      }
      return undefined;
    },
    done,
  };
}

/** Behind all of the same rank. */
function insert<T>(list: T[], one: T, rankOf: (one: T) => number): void {
  const rank = rankOf(one);
  const last = list.at(-1);
  if (!last || rankOf(last) <= rank) list.push(one);
  else
    list.splice(
      list.findIndex((other) => rankOf(other) > rank),
      0,
      one,
    );
}
