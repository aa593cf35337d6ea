import type { Connection } from './connection.ts';
import type { Tempo } from './human-tempo.ts';
import type { Update } from './operations.ts';
import { raiseLatest } from './raise-latest.ts';

/** How long to wait for what must come: far longer than any repair that the server makes by itself. */
const PATIENCE_MS = 30_000;
/** Characters: a receipt says that something was read, not which message, so its time is that of a usual one. */
const USUAL_LENGTH = 60;

/** Something that had to come did not. */
export class Stalled extends Error {
  override name = 'Stalled';
}

export type FollowerOptions = {
  readonly who: string;
  readonly connection: Connection;
  readonly conversationId: string;
  readonly participantId: string;
  readonly tempo: Tempo;
  readonly signal: AbortSignal;
};

/**
 * One participant in one conversation, as a chat window is: knows how far it has received, acknowledges what others wrote
 * as delivered and then as read, and can be waited on.
 */
export class Follower {
  /** The last seq received: where a lost subscription resumes. */
  position = 0;
  readonly #received = new Set<string>();
  #readByOther = 0;
  #failure: Error | undefined;
  readonly #waiting = new Set<() => void>();
  readonly #options: FollowerOptions;
  readonly #raiseDelivered: (seq: number) => void;

  constructor(options: FollowerOptions) {
    this.#options = options;
    const { connection, conversationId, tempo, signal } = options;
    const acknowledge = (marks: { deliveredSeq?: number; readSeq?: number }) =>
      connection.request('Acknowledge', { input: { conversationId, ...marks } });
    const fail = (error: Error) => this.fail(error);
    const raiseRead = raiseLatest(async (readSeq) => {
      await tempo.read(USUAL_LENGTH, signal);
      await acknowledge({ readSeq });
    }, fail);
    this.#raiseDelivered = raiseLatest(async (deliveredSeq) => {
      await acknowledge({ deliveredSeq });
      raiseRead(deliveredSeq);
    }, fail);
  }

  take(update: Update): void {
    const { participantId } = this.#options;
    if (update.seq !== undefined) this.position = Math.max(this.position, update.seq);
    if (update.message && update.__typename === 'MessagePosted') {
      this.#received.add(update.message.id);
      if (update.message.sender.id !== participantId) this.#raiseDelivered(update.seq!);
    }
    if (update.__typename === 'ReceiptAdvanced' && update.participant!.id !== participantId) {
      this.#readByOther = Math.max(this.#readByOther, update.readSeq!);
    }
    this.#wake();
  }

  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  received(messageId: string): Promise<void> {
    return this.#until(() => this.#received.has(messageId), `message ${messageId}`);
  }

  reached(seq: number): Promise<void> {
    return this.#until(() => this.position >= seq, `seq ${seq}`);
  }

  readByOther(seq: number): Promise<void> {
    return this.#until(() => this.#readByOther >= seq, `the other side’s read receipt up to ${seq}`);
  }

  #until(isTrue: () => boolean, what: string): Promise<void> {
    const { who, connection } = this.#options;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout;
      const settle = (error?: Error) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        if (error) reject(error);
        else resolve();
      };
      const look = () => {
        if (this.#failure) settle(this.#failure);
        else if (isTrue()) settle();
      };
      // Only a connection that holds owes us anything.
      const losePatience = () => {
        const left = PATIENCE_MS - connection.heldFor();
        if (left <= 0) settle(new Stalled(`the ${who} waited ${PATIENCE_MS / 1000} s for ${what}`));
        else timer = setTimeout(losePatience, left);
      };
      timer = setTimeout(losePatience, PATIENCE_MS);
      this.#waiting.add(look);
      look();
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}
