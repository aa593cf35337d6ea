import type { Config } from '../config.ts';
import type { Watermarks } from '../messages/message.ts';
import type { DurableEvent } from '../outbox/durable-event.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { startResync } from '../telemetry/repair-trace.ts';
import { type LogSource, readLog } from './delivery-queries.ts';
import type { ConversationUpdate } from './updates.ts';

/**
 * One subscriber's place in one conversation. `take` gives what comes next, in batches:
 *
 *   state (receipts and presence, whole) → backlog, in pages from PostgreSQL → CaughtUp → live, from a bounded buffer
 *
 * While the backlog is read, live updates already gather in the buffer; those it covers are dropped by seq. A buffer that
 * is full is thrown away and everything starts again from `position` (D6): the database is the buffer.
 */
export type ReaderParts = LogSource & {
  config: Config;
  metrics: Metrics;
  follower: Followed;
  /** The last seq that the subscriber has. */
  position: number;
  /** The head when it subscribed: the backlog reaches up to there, also where the follower has not heard of it yet. */
  headSeq: number;
  /** Updates that may still be buffered, for all readers of one subscription together. */
  budget: { free: number };
  viewerId: string;
  /** Throws when the viewer may no longer read. Asked for each page, after a jump back, and when the viewer leaves. */
  authorize: () => Promise<unknown>;
  /** Called when it is to be served from PostgreSQL again. */
  onFallBehind: () => void;
  /** Called when `take` has something to give. */
  onReady: () => void;
};

/** What a reader needs of its conversation's follower. */
type Followed = {
  readonly conversationId: string;
  readonly head: number;
  readonly watermarks: ReadonlyMap<string, Watermarks>;
  readonly readers: Set<ConversationReader>;
  isOnline(participantId: string): boolean;
};

type Phase = 'state' | 'backlog' | 'live';

export class ConversationReader {
  readonly conversationId: string;
  position: number;
  readonly #parts: ReaderParts;
  #phase: Phase = 'state';
  /** Ends the resync that is under way. */
  #endResync: ((throughSeq: number) => void) | undefined;
  #isBehind = false;
  #inDoubt = false;
  #buffer: ConversationUpdate[] = [];

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.conversationId = parts.follower.conversationId;
    this.position = parts.position;
    parts.follower.readers.add(this);
  }

  get viewerId(): string {
    return this.#parts.viewerId;
  }

  get ready(): boolean {
    return this.#inDoubt || this.#phase !== 'live' || this.#buffer.length > 0;
  }

  /** The viewer may have lost access: asked before anything more is given, of a page in hand as well. */
  doubt(): void {
    this.#inDoubt = true;
    this.#parts.onReady();
  }

  get inDoubt(): boolean {
    return this.#inDoubt;
  }

  /** Throws when the viewer may no longer read. */
  async settleDoubt(): Promise<void> {
    while (this.#inDoubt) {
      this.#inDoubt = false;
      await this.#parts.authorize().catch((error) => {
        this.#inDoubt = true;
        throw error;
      });
    }
  }

  get isLive(): boolean {
    return this.#phase === 'live';
  }

  /** Updates that wait for the subscriber. */
  get buffered(): number {
    return this.#buffer.length;
  }

  close(): void {
    this.#parts.follower.readers.delete(this);
    this.#resynced();
    this.#keep([]);
  }

  push(update: ConversationUpdate): void {
    if (update.type === 'typing' && update.participantId === this.#parts.viewerId) return;
    if (this.#phase === 'state') return; // all of it is yet to be read
    if (this.#parts.budget.free <= 0) return this.fallBehind('slow reader');
    this.#parts.budget.free--;
    this.#buffer.push(update);
    if (this.#phase === 'live') this.#parts.onReady();
  }

  /** Forgets what is buffered and serves from PostgreSQL again. */
  fallBehind(reason: 'slow reader' | 'jump' | 'hole'): void {
    this.#parts.metrics.resyncs({ reason });
    this.#parts.onFallBehind();
    this.#endResync ??= startResync(this.conversationId, reason, this.position);
    this.#isBehind = true;
    this.#keep([]);
    this.#phase = 'state';
    this.#parts.onReady();
  }

  /** The next batch; empty when there is nothing yet. */
  async take(): Promise<ConversationUpdate[]> {
    await this.settleDoubt();
    switch (this.#phase) {
      case 'state':
        if (this.#isBehind) await this.#parts.authorize();
        // From here on changes are buffered, so that none falls between this picture and the live updates.
        this.#phase = 'backlog';
        return this.#wholeState();
      case 'backlog':
        return this.position < this.#head ? this.#nextPage() : this.#caughtUp();
      case 'live':
        return this.#takeLive();
    }
  }

  #wholeState(): ConversationUpdate[] {
    const { follower } = this.#parts;
    const { conversationId } = this;
    const updates: ConversationUpdate[] = [];
    for (const [participantId, watermarks] of follower.watermarks) {
      updates.push({ type: 'receipt', conversationId, participantId, ...watermarks });
      updates.push({ type: 'presence', conversationId, participantId, online: follower.isOnline(participantId) });
    }
    return updates;
  }

  get #head(): number {
    return Math.max(this.#parts.follower.head, this.#parts.headSeq);
  }

  async #nextPage(): Promise<ConversationUpdate[]> {
    const { config, follower, authorize } = this.#parts;
    const through = Math.min(this.position + config.FOLLOW_PAGE, this.#head);
    const events = await readLog(this.#parts, this.conversationId, this.position, through);
    // Asked after the reading: whoever is let in now was let in when each of these was written (D8).
    await authorize();
    for (const [i, { seq }] of events.entries()) {
      if (seq !== this.position + 1 + i)
        throw new Error(`no event ${this.position + 1 + i} in conversation ${this.conversationId}`);
    }
    if (events.length === 0) throw new Error(`no event ${this.position + 1} in conversation ${this.conversationId}`);
    this.position += events.length;
    return events.map((event) => ({ type: 'event', event, watermarks: follower.watermarks }));
  }

  #caughtUp(): ConversationUpdate[] {
    this.#phase = 'live';
    this.#resynced();
    return [{ type: 'caught up', conversationId: this.conversationId, headSeq: this.position }];
  }

  #resynced(): void {
    this.#endResync?.(this.position);
    this.#endResync = undefined;
  }

  async #takeLive(): Promise<ConversationUpdate[]> {
    const updates: ConversationUpdate[] = [];
    for (const [i, update] of this.#buffer.entries()) {
      if (update.type === 'event') {
        const { seq } = update.event;
        if (seq <= this.position) continue;
        if (seq !== this.position + 1) {
          this.fallBehind('hole');
          return updates;
        }
        if (this.#isOwnLeaving(update.event)) {
          // What came before is still the viewer's: it is given first, and this looked at again in the next batch.
          if (updates.length > 0) {
            this.#keep(this.#buffer.slice(i));
            return updates;
          }
          // The leaving itself is not told any more: from that moment the conversation is not theirs (D8).
          await this.#parts.authorize();
        }
        this.position = seq;
      }
      updates.push(update);
    }
    this.#keep([]);
    return updates;
  }

  #keep(buffer: ConversationUpdate[]): void {
    this.#parts.budget.free += this.#buffer.length - buffer.length;
    this.#buffer = buffer;
  }

  #isOwnLeaving({ kind, participantId }: DurableEvent): boolean {
    return kind === 'PARTICIPANT_LEFT' && participantId === this.#parts.viewerId;
  }
}
