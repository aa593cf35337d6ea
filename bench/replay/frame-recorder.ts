import type { Finding } from './findings.ts';
import { type OperationName, type Update, updateOf } from './operations.ts';
import type { FrameTap } from './tapped-socket.ts';
import { type EventFrame, emptyLog, type FollowerLog, type Stream } from './transcript.ts';

export type PostedFrame = {
  readonly messageId: string;
  /** When the server says it was committed, ms since 1970. */
  readonly committedAt: number;
  /** performance.now() of its arrival. */
  readonly receivedAt: number;
  /** Whether the subscription had caught up: what comes in a backlog says nothing about the speed of delivery. */
  readonly live: boolean;
};

type Recording = {
  readonly log: FollowerLog;
  readonly onPosted: (frame: PostedFrame) => void;
  stream: Stream | undefined;
  caughtUp: boolean;
};

/**
 * Keeps what one participant's raw frames carry, conversation by conversation, from when `record` is called until
 * `finish`. Everything else is a stray: it should not have come.
 */
export class FrameRecorder implements FrameTap {
  #strays: string[] = [];
  readonly #recordings = new Map<string, Recording>();
  /** Whether they were played to their end, after which nothing durable may come. */
  readonly #finished = new Map<string, boolean>();
  /** The conversation that a subscription is of; null: the inbox. By operation id. */
  readonly #subscriptions = new Map<string, string | null>();

  record(conversationId: string, onPosted: (frame: PostedFrame) => void): FollowerLog {
    const recording: Recording = { log: emptyLog(), onPosted, stream: undefined, caughtUp: false };
    this.#recordings.set(conversationId, recording);
    // An open inbox brings a conversation that is joined later from its first event.
    if ([...this.#subscriptions.values()].includes(null)) openStream(recording, 0);
    return recording.log;
  }

  finish(conversationId: string, ended: boolean): void {
    this.#recordings.delete(conversationId);
    this.#finished.set(conversationId, ended);
  }

  /** What came and should not have, since this was last asked. */
  takeStrays(): Finding[] {
    const strays = this.#strays;
    this.#strays = [];
    return strays.map((what) => ({ kind: 'unexpected', what }));
  }

  sent(message: Record<string, unknown>): void {
    if (message.type !== 'subscribe') return;
    const { operationName, variables } = message.payload as {
      operationName: OperationName;
      variables: { conversationId: string; afterSeq: number; positions: { conversationId: string; seq: number }[] };
    };
    const id = String(message.id);
    if (operationName === 'FollowConversation') {
      this.#subscriptions.set(id, variables.conversationId);
      const recording = this.#recordings.get(variables.conversationId);
      if (recording) openStream(recording, variables.afterSeq);
    } else if (operationName === 'FollowInbox') {
      this.#subscriptions.set(id, null);
      const positions = new Map(variables.positions.map(({ conversationId, seq }) => [conversationId, seq]));
      for (const [conversationId, recording] of this.#recordings)
        openStream(recording, positions.get(conversationId) ?? 0);
    }
  }

  received(message: Record<string, unknown>, at: number): void {
    const id = String(message.id);
    const subscription = this.#subscriptions.get(id);
    if (message.type !== 'next' || subscription === undefined) return;
    const update = updateOf((message.payload as { data?: unknown }).data);
    if (!update) {
      this.#strays.push(`a frame without an update: ${JSON.stringify(message.payload).slice(0, 300)}`);
      return;
    }
    const { conversationId, seq, __typename: type } = update;
    const recording = this.#recordings.get(conversationId);
    if (subscription !== null && subscription !== conversationId) {
      this.#strays.push(`${type} of conversation ${conversationId} on a subscription to ${subscription}`);
    } else if (recording) {
      this.#keep(recording, update, at);
    } else if (!this.#finished.has(conversationId)) {
      this.#strays.push(`${type} of conversation ${conversationId}, which is somebody else’s`);
    } else if (seq !== undefined && this.#finished.get(conversationId)) {
      this.#strays.push(`${type} at seq ${seq} of conversation ${conversationId} after its end`);
    }
  }

  #keep(recording: Recording, update: Update, at: number): void {
    const { log, stream, caughtUp, onPosted } = recording;
    if (update.participant) log.mentioned.add(update.participant.id);
    if (update.__typename === 'CaughtUp') recording.caughtUp = true;
    if (update.__typename === 'ReceiptAdvanced') {
      log.receipts.push({
        participantId: update.participant!.id,
        deliveredSeq: update.deliveredSeq!,
        readSeq: update.readSeq!,
      });
    }
    if (update.seq === undefined) return;
    stream!.events.push(toEvent(update));
    if (update.__typename === 'MessagePosted') {
      const committedAt = Date.parse(update.at!);
      onPosted({ messageId: update.message!.id, committedAt, receivedAt: at, live: caughtUp });
    }
  }
}

function openStream(recording: Recording, afterSeq: number): void {
  recording.stream = { afterSeq, events: [] };
  recording.caughtUp = false;
  recording.log.streams.push(recording.stream);
}

function toEvent({ __typename, seq, message }: Update): EventFrame {
  if (__typename !== 'MessagePosted' || !message) return { seq: seq!, type: __typename };
  const { id, body, sender } = message;
  return { seq: seq!, type: __typename, message: { id, seq: message.seq, body, senderId: sender.id } };
}
