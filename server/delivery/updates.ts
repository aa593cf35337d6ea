import type { Watermarks } from '../messages/message.ts';
import type { DurableEvent } from '../outbox/durable-event.ts';

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
