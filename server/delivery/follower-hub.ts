import { bulkhead } from 'cockatiel';
import { repeat } from '../repeat.ts';
import { ConversationFollower, type FollowerParts } from './conversation-follower.ts';
import { ConversationReader, type ReaderParts } from './conversation-reader.ts';
import { type SweptHead, sweepHeads } from './delivery-queries.ts';

/**
 * All followers of this process: one per conversation, opened with its first reader and closed with its last. Runs the
 * head sweep, which finds what the bus lost: by it, at the latest, every event arrives (D5).
 */
export type FollowerHub = {
  /** Rises with each recheck: whoever is let in asks for it before, so that none in between is missed. */
  readonly rechecks: number;
  attach(
    conversationId: string,
    /** rechecks: as they stood before the viewer was let in. */
    reader: Omit<ReaderParts, 'db' | 'sealing' | 'config' | 'metrics' | 'follower'> & { rechecks: number },
  ): Promise<ConversationReader>;
  detach(reader: ConversationReader): void;
  /** Somebody's access has changed, to one conversation or to any: their readers ask again before they give anything more. */
  recheck(change: { participantId: string; conversationId: string | null }): void;
  start(): void;
  stop(): Promise<void>;
};

/** Conversations compared by one statement. */
const SWEEP_BATCH = 1_000;

type Followed = { follower: ConversationFollower; opened: Promise<void>; readers: number };

export function createFollowerHub(given: Omit<FollowerParts, 'catchUp'>): FollowerHub {
  const { db, sealing, bus, config, metrics, onError } = given;
  // After a fault all followers have something to read in the same moment; half of the connections stay for what people do.
  const catchUp = bulkhead(Math.max(1, Math.floor(config.DATABASE_POOL_SIZE / 2)), Number.POSITIVE_INFINITY);
  const parts: FollowerParts = { ...given, catchUp };
  const followed = new Map<string, Followed>();
  let rechecks = 0;

  async function compare(tell: (follower: ConversationFollower, head: SweptHead) => void): Promise<void> {
    const ids = [...followed.keys()];
    for (let from = 0; from < ids.length; from += SWEEP_BATCH) {
      for (const head of await sweepHeads(db, ids.slice(from, from + SWEEP_BATCH))) {
        const follower = followed.get(head.id)?.follower;
        if (follower) tell(follower, head);
      }
    }
  }

  const sweep = () => compare((follower, head) => follower.swept(head));
  const sweeping = repeat({ intervalMs: config.HEAD_SWEEP_INTERVAL_MS, enabled: config.HEAD_SWEEP, onError }, sweep);

  function release(conversationId: string, entry: Followed) {
    if (--entry.readers > 0) return;
    followed.delete(conversationId);
    entry.follower.close();
    metrics.followers(-1);
  }

  metrics.observe('buffered', () => {
    let buffered = 0;
    for (const { follower } of followed.values()) for (const reader of follower.readers) buffered += reader.buffered;
    return buffered;
  });

  // Nothing is under way any more of what was published in the gap: what is behind has missed it.
  bus.onGap(() => void compare((follower, head) => follower.mustHave(head)).catch(onError));

  return {
    async attach(conversationId, { rechecks: before, ...reader }) {
      let entry = followed.get(conversationId);
      if (!entry) {
        const follower = new ConversationFollower(parts, conversationId);
        entry = { follower, opened: follower.open(), readers: 0 };
        followed.set(conversationId, entry);
        metrics.followers(1);
      }
      entry.readers++;
      try {
        await entry.opened;
      } catch (error) {
        release(conversationId, entry);
        throw error;
      }
      const attached = new ConversationReader({ db, sealing, config, metrics, follower: entry.follower, ...reader });
      if (before !== rechecks) attached.doubt();
      return attached;
    },
    detach(reader) {
      reader.close();
      const entry = followed.get(reader.conversationId);
      if (entry) release(reader.conversationId, entry); // none after stop
    },
    get rechecks() {
      return rechecks;
    },
    recheck({ participantId, conversationId }) {
      rechecks++;
      const entries = conversationId === null ? followed.values() : [followed.get(conversationId)];
      for (const entry of entries) entry?.follower.recheck(participantId);
    },
    start: () => sweeping.start(),
    async stop() {
      await sweeping.stop();
      for (const { follower } of followed.values()) follower.close();
      followed.clear();
    },
  };
}
