import type { IPolicy } from 'cockatiel';
import type { Config } from '../config.ts';
import type { Watermarks } from '../messages/message.ts';
import type { Bus, BusMessage, BusSubscription } from '../outbox/bus.ts';
import type { DurableEvent } from '../outbox/durable-event.ts';
import { type DeliveredVia, recordDelivery } from '../telemetry/message-trace.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { startFill } from '../telemetry/repair-trace.ts';
import type { ConversationReader } from './conversation-reader.ts';
import { type FollowState, type LogSource, readFollowState, readLog, type SweptHead } from './delivery-queries.ts';
import { RisingWatermarks } from './rising-watermarks.ts';
import { within } from './within.ts';

/**
 * The path of a message: … → relay-outbox → bus → [follow-conversation] → acknowledge. This file: one per process and
 * followed conversation, shared by all its readers. It turns what the bus hints, in whatever order and with whatever
 * losses, into a sequence without a hole, and gives it to every reader.
 *
 * `head` is the seq up to which that sequence was given out. An event just above it is given out at once; one further up
 * waits a moment for what is missing, then PostgreSQL is read. State (receipts, typing, presence) is passed on as it
 * changes. A crash here costs nothing: subscribers come back with the last seq they have.
 */
export type FollowerParts = LogSource & {
  bus: Bus;
  config: Config;
  metrics: Metrics;
  presence: PresenceSource;
  /** Lets few reads of the database through at once: those that nobody has asked for. */
  catchUp: IPolicy;
  onError: (error: unknown) => void;
};

/** Who is online, as far as this process watches; see presence/presence-board.ts. */
export type PresenceSource = {
  /** Starts watching; the answer is the state now. */
  watch(participantId: string, follower: PresenceListener): boolean;
  unwatch(participantId: string, follower: PresenceListener): void;
  /** Makes sure that what `watch` and `isOnline` answer is known. */
  refresh(participantIds: readonly string[]): Promise<void>;
  isOnline(participantId: string): boolean;
};
export type PresenceListener = { presenceChanged(participantId: string, online: boolean): void };

/** A hole longer than this is not read by the follower for all but left to each reader, in pages. */
const MAX_FILL_PAGES = 3;
/** Longest wait for Redis to confirm a subscription; from then on the head sweep has to find what is missed. */
const SUBSCRIBE_WAIT_MS = 1_000;

export class ConversationFollower implements PresenceListener {
  readonly conversationId: string;
  readonly watermarks = new RisingWatermarks();
  readonly readers = new Set<ConversationReader>();
  head = 0;

  readonly #parts: FollowerParts;
  readonly #subscription: BusSubscription;
  /** Events above the head that wait for those below them; null where only the seq is known. */
  readonly #early = new Map<number, DurableEvent | null>();
  readonly #typing = new Map<string, NodeJS.Timeout>();
  #opened = false;
  #closed = false;
  #holeTimer: NodeJS.Timeout | undefined;
  #filling: Promise<void> | undefined;
  /** Up to where somebody said that there is something to read. */
  #fillThrough = 0;
  #swept: SweptHead | undefined;

  constructor(parts: FollowerParts, conversationId: string) {
    this.#parts = parts;
    this.conversationId = conversationId;
    // First the bus, then the state: what happens in between waits in #early.
    this.#subscription = parts.bus.subscribe(`conversation:${conversationId}`, (message) => this.#receive(message));
  }

  async open(): Promise<void> {
    let confirmed = false;
    const ready = this.#subscription.ready.then(() => {
      confirmed = true;
    });
    if (this.#parts.bus.isConnected()) await within(SUBSCRIBE_WAIT_MS, ready);
    if (!confirmed) void ready.then(() => this.check());
    const { headSeq, members } = await this.#readState();
    if (this.#closed) return;
    this.head = headSeq;
    for (const { participantId, ...watermarks } of members) this.watermarks.raise(participantId, watermarks);
    this.#opened = true;
    this.#advance();
  }

  close(): void {
    this.#closed = true;
    this.#subscription.stop();
    clearTimeout(this.#holeTimer);
    for (const timer of this.#typing.values()) clearTimeout(timer);
    for (const participantId of this.watermarks.keys()) this.#parts.presence.unwatch(participantId, this);
  }

  isOnline(participantId: string): boolean {
    return this.#parts.presence.isOnline(participantId);
  }

  presenceChanged(participantId: string, online: boolean): void {
    this.#give({ type: 'presence', conversationId: this.conversationId, participantId, online });
  }

  recheck(participantId: string): void {
    for (const reader of this.readers) if (reader.viewerId === participantId) reader.doubt();
  }

  /** Compares with the database: when something was lost without a trace. */
  async check(): Promise<void> {
    try {
      const { headSeq, members } = await this.#parts.catchUp.execute(() => this.#readState());
      for (const { participantId, ...watermarks } of members) this.#receipt(participantId, watermarks);
      if (headSeq > this.head) this.#fill(headSeq, 'sweep');
    } catch (error) {
      this.#parts.onError(error);
    }
  }

  /** Also watches over the presence of all members, because a joining may have been stepped over. */
  async #readState(): Promise<FollowState> {
    const { db, presence } = this.#parts;
    const state = await readFollowState(db, this.conversationId);
    const ids = state.members.map(({ participantId }) => participantId);
    await presence.refresh(ids);
    if (!this.#closed) for (const id of ids) presence.watch(id, this);
    return state;
  }

  /**
   * The head sweep's word. What was behind at the previous sweep as well was lost, not merely under way: then PostgreSQL
   * is read.
   */
  swept(now: SweptHead): void {
    const before = this.#swept;
    this.#swept = now;
    if (before) this.mustHave(before, now);
  }

  /** What is not here of a state that it should have heard of is read, up to that of now. */
  mustHave(known: SweptHead, now = known): void {
    if (!this.#opened) return;
    if (this.head < known.headSeq) this.#fill(now.headSeq, 'sweep');
    if (this.watermarks.sum < known.receipts) void this.check();
  }

  #receive(message: BusMessage): void {
    switch (message.type) {
      case 'event':
        return this.#arrived(message.event.seq, message.event);
      case 'event hint':
        return this.#arrived(message.seq, null);
      case 'receipt':
        return this.#receipt(message.participantId, message);
      case 'typing':
        return this.#typed(message.participantId, message.typing);
    }
  }

  #arrived(seq: number, event: DurableEvent | null): void {
    if (this.#opened && seq <= this.head) return;
    // Content is kept over a mere hint of the same event.
    if (event || !this.#early.has(seq)) this.#early.set(seq, event);
    // While PostgreSQL is away holes cannot be filled and this would grow: the newest seq says all that is needed then.
    if (this.#early.size > this.#parts.config.FOLLOW_BUFFER_MAX) {
      const newest = Math.max(...this.#early.keys());
      this.#early.clear();
      this.#early.set(newest, null);
    }
    if (this.#opened) this.#advance();
  }

  #advance(): void {
    for (const seq of this.#early.keys()) if (seq <= this.head) this.#early.delete(seq);
    for (let event = this.#early.get(this.head + 1); event; event = this.#early.get(this.head + 1)) {
      this.#early.delete(event.seq);
      this.#deliver(event, 'bus');
    }
    clearTimeout(this.#holeTimer);
    if (this.#early.size === 0 || this.#filling) return;
    const target = Math.max(...this.#early.keys());
    // Only the seq is known of the very next one: nothing to wait for.
    if (this.#early.has(this.head + 1)) this.#fill(target, 'hole');
    else this.#holeTimer = setTimeout(() => this.#fill(target, 'hole'), this.#parts.config.HOLE_WAIT_MS);
  }

  #fill(throughSeq: number, reason: 'hole' | 'sweep'): void {
    this.#fillThrough = Math.max(this.#fillThrough, throughSeq);
    this.#filling ??= this.#read(reason)
      .then(
        () => true,
        (error) => void this.#parts.onError(error), // the next hint or sweep tries again
      )
      .then((isDone) => {
        this.#filling = undefined;
        if (this.#closed) return;
        // Somebody has heard of more meanwhile.
        if (isDone && this.head < this.#fillThrough) this.#fill(this.#fillThrough, reason);
        else if (this.#early.size > 0) this.#advanceLater();
      });
  }

  #advanceLater(): void {
    clearTimeout(this.#holeTimer);
    this.#holeTimer = setTimeout(() => this.#advance(), this.#parts.config.HOLE_WAIT_MS);
  }

  async #read(reason: 'hole' | 'sweep'): Promise<void> {
    const throughSeq = this.#fillThrough;
    const isJump = throughSeq - this.head > MAX_FILL_PAGES * this.#parts.config.FOLLOW_PAGE;
    this.#parts.metrics.holesFilled({ reason: isJump ? 'jump' : reason });
    const fill = startFill(this.conversationId, isJump ? 'jump' : reason);
    try {
      if (isJump) await this.#jump(throughSeq);
      else await this.#readPages(throughSeq, reason, fill);
      fill.end();
    } catch (error) {
      fill.end(error);
      throw error;
    }
    this.#advance();
  }

  async #jump(throughSeq: number): Promise<void> {
    const { members } = await this.#parts.catchUp.execute(() => this.#readState());
    for (const { participantId, ...watermarks } of members) this.watermarks.raise(participantId, watermarks);
    this.head = Math.max(this.head, throughSeq);
    for (const reader of this.readers) reader.fallBehind('jump');
  }

  async #readPages(throughSeq: number, via: 'hole' | 'sweep', fill: ReturnType<typeof startFill>): Promise<void> {
    const { config, catchUp } = this.#parts;
    while (this.head < throughSeq && !this.#closed) {
      const before = this.head;
      const through = Math.min(before + config.FOLLOW_PAGE, throughSeq);
      const page = await catchUp.execute(() => readLog(this.#parts, this.conversationId, before, through));
      for (const event of page) {
        if (event.seq !== this.head + 1) continue;
        fill.event(event.traceparent);
        this.#deliver(event, via);
      }
      if (this.head === before) throw new Error(`no event ${before + 1} in conversation ${this.conversationId}`);
    }
  }

  #deliver(event: DurableEvent, via: DeliveredVia): void {
    this.head = event.seq;
    if (event.participantId && event.kind === 'PARTICIPANT_JOINED') this.#joined(event.participantId);
    if (event.participantId && event.formerId) this.#identified(event.formerId, event.participantId);
    this.#give({ type: 'event', event, watermarks: this.watermarks });
    if (event.kind === 'MESSAGE_POSTED') {
      if (event.actorId && this.#typing.has(event.actorId)) this.#typed(event.actorId, false);
      recordDelivery(event, { recipients: this.readers.size, via });
    }
  }

  #joined(participantId: string): void {
    this.watermarks.raise(participantId, { deliveredSeq: 0, readSeq: 0 });
    // Even where the watermarks are known: a receipt may have been faster than the joining.
    const { presence } = this.#parts;
    presence.watch(participantId, this);
    presence.refresh([participantId]).catch(this.#parts.onError);
  }

  /** What a visitor had received and read has been received and read by who they are. */
  #identified(formerId: string, participantId: string): void {
    this.#joined(participantId);
    const former = this.watermarks.get(formerId);
    if (!former) return;
    this.watermarks.delete(formerId);
    this.watermarks.raise(participantId, former);
    this.#parts.presence.unwatch(formerId, this);
  }

  #receipt(participantId: string, watermarks: Watermarks): void {
    if (!this.watermarks.raise(participantId, watermarks) || !this.#opened) return;
    this.#give({
      type: 'receipt',
      conversationId: this.conversationId,
      participantId,
      ...this.watermarks.get(participantId)!,
    });
  }

  #typed(participantId: string, typing: boolean): void {
    const renewed = this.#typing.has(participantId);
    clearTimeout(this.#typing.get(participantId));
    this.#typing.delete(participantId);
    if (typing) {
      const timer = setTimeout(() => this.#typed(participantId, false), this.#parts.config.TYPING_TTL_MS);
      this.#typing.set(participantId, timer);
    }
    if (renewed !== typing) this.#give({ type: 'typing', conversationId: this.conversationId, participantId, typing });
  }

  #give(update: Parameters<ConversationReader['push']>[0]): void {
    for (const reader of this.readers) reader.push(update);
  }
}
