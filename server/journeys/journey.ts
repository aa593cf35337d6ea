import type { MessageStatus, PublishingState } from '../generated/graphql.ts';
import type { Message } from '../messages/message.ts';

/**
 * What one process saw happen in one conversation, as journey_moment keeps it. `agoMs`: how long before the row was written,
 * so that all times are the database's, whatever a process's clock says.
 */
export type Moments = {
  readonly published?: readonly PublishedTuple[];
  readonly received?: readonly ReceivedTuple[];
};
/** The last two only of what did not go well at once. */
export type PublishedTuple = readonly [
  seq: number,
  agoMs: number,
  swept?: 0 | 1,
  failures?: number,
  lastError?: string | null,
];
/** Watermarks rose: from above the first seq of a pair up to the second. */
export type ReceivedTuple = readonly [
  participantId: string,
  agoMs: number,
  deliveredFrom: number,
  deliveredTo: number,
  readFrom: number,
  readTo: number,
];

export type Publishing = {
  readonly state: PublishingState;
  readonly publishedAt: Date | null;
  readonly swept: boolean;
  readonly failedAttempts: number;
  readonly lastError: string | null;
  readonly nextAttemptAt: Date | null;
  readonly setAsideAt: Date | null;
  readonly replayedAt: Date | null;
};

export type Recipient = {
  readonly participantId: string;
  readonly status: MessageStatus;
  readonly deliveredAt: Date | null;
  readonly readAt: Date | null;
  readonly leftAt: Date | null;
};

export type Journey = {
  readonly message: Message;
  readonly publishing: Publishing;
  readonly recipients: readonly Recipient[];
  readonly timesKeptSince: Date | null;
  readonly traceId: string | null;
  readonly traceUrl: string | null;
};
