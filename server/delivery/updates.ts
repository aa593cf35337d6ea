import type { Watermarks } from '../messages/message.ts';
import type { DurableEvent } from '../outbox/durable-event.ts';
import { isRecorded } from '../telemetry/message-trace.ts';

/** What a subscription yields, before GraphQL gives it its shape. */
export type ConversationUpdate = DurableUpdate | ReceiptUpdate | TypingUpdate | PresenceUpdate | CaughtUpUpdate;

export type DurableUpdate = {
  readonly type: 'event';
  readonly event: DurableEvent;
  /** The members' watermarks at delivery, from memory: a message's status follows from them. */
  readonly watermarks: ReadonlyMap<string, Watermarks>;
};

export type ReceiptUpdate = Watermarks & {
  readonly type: 'receipt';
  readonly conversationId: string;
  readonly participantId: string;
};
export type TypingUpdate = {
  readonly type: 'typing';
  readonly conversationId: string;
  readonly participantId: string;
  readonly typing: boolean;
};
export type PresenceUpdate = {
  readonly type: 'presence';
  readonly conversationId: string;
  readonly participantId: string;
  readonly online: boolean;
};
export type CaughtUpUpdate = { readonly type: 'caught up'; readonly conversationId: string; readonly headSeq: number };

export type InboxUpdate = { readonly conversationId: string; readonly update: ConversationUpdate };

/** Subscriptions yield other things as well, such as KPIs; none of them has such a member. */
export const isConversationUpdate = (value: unknown): value is ConversationUpdate =>
  typeof value === 'object' && value !== null && 'type' in value;

const isInboxUpdate = (value: unknown): value is InboxUpdate =>
  typeof value === 'object' && value !== null && 'update' in value;

const durableTypes = {
  MESSAGE_POSTED: 'MessagePosted',
  MESSAGE_EDITED: 'MessageEdited',
  MESSAGE_DELETED: 'MessageDeleted',
  PARTICIPANT_JOINED: 'ParticipantJoined',
  PARTICIPANT_LEFT: 'ParticipantLeft',
  CONVERSATION_CHANGED: 'ConversationChanged',
  PARTICIPANT_DELETED: 'ParticipantDeleted',
  PARTICIPANT_IDENTIFIED: 'ParticipantIdentified',
} as const;

const stateTypes = {
  receipt: 'ReceiptAdvanced',
  typing: 'TypingChanged',
  presence: 'PresenceChanged',
  'caught up': 'CaughtUp',
} as const;

export const graphqlTypeOf = (update: ConversationUpdate) =>
  update.type === 'event' ? durableTypes[update.event.kind] : stateTypes[update.type];

/**
 * The trace of the message that a subscription's value brings, for its subscriber to hand back with the receipt; none where
 * the trace is not recorded, so that nobody carries what leads nowhere.
 */
export function deliveredTraceparent(value: unknown): string | undefined {
  const update = isConversationUpdate(value) ? value : isInboxUpdate(value) ? value.update : undefined;
  if (update?.type !== 'event' || update.event.kind !== 'MESSAGE_POSTED') return undefined;
  const { traceparent } = update.event;
  return traceparent && isRecorded(traceparent) ? traceparent : undefined;
}
