import type { Side } from './dialogue.ts';

/** A durable event as one raw frame carried it. */
export type EventFrame = {
  readonly seq: number;
  readonly type: string;
  readonly message?: {
    readonly id: string;
    readonly seq: number;
    readonly body: string | null;
    readonly senderId: string;
  };
};

/** What one subscription delivered of one conversation, from the position it was opened at. */
export type Stream = { readonly afterSeq: number; readonly events: EventFrame[] };

export type Receipt = { readonly participantId: string; readonly deliveredSeq: number; readonly readSeq: number };

/** What one participant's sockets delivered of one conversation, over all its subscriptions, in the order of arrival. */
export type FollowerLog = {
  readonly streams: Stream[];
  readonly receipts: Receipt[];
  /** Everybody whose receipts, typing or presence came by. */
  readonly mentioned: Set<string>;
};

/** A message that was sent; its seq is known once the server has acknowledged it. */
export type SentMessage = { readonly id: string; readonly from: Side; readonly body: string; seq?: number };

/** The conversation as a fresh query tells it after everything has settled. */
export type FreshView = {
  readonly headSeq: number;
  readonly messages: readonly { id: string; seq: number; body: string | null; status: string }[];
};

/** Everything that is needed to judge one conversation. */
export type Transcript = {
  readonly participants: Record<Side, string>;
  readonly sent: readonly SentMessage[];
  readonly logs: Record<Side, FollowerLog>;
  /** Undefined when the connections broke off: then nothing can be said about what is missing. */
  readonly fresh: FreshView | undefined;
  /** Whether the dialogue was played to its end, with all events that belong to one. */
  readonly ended: boolean;
};

export const emptyLog = (): FollowerLog => ({ streams: [], receipts: [], mentioned: new Set() });
