import type { ConversationChange, EventKind } from '../generated/prisma/enums.ts';
import type { Message } from '../messages/message.ts';

/**
 * One entry of a conversation's log: a posted message, or a row of conversation_event. Whoever commits one has it in
 * memory and hands it to the relay; whoever reads a backlog makes the same from PostgreSQL.
 */
export type DurableEvent = {
  readonly kind: 'MESSAGE_POSTED' | EventKind;
  readonly conversationId: string;
  readonly seq: number;
  readonly at: Date;
  readonly actorId: string | null;
  /** Who joined, left, was deleted or identified; whom a conversation was assigned to. */
  readonly participantId: string | null;
  /** Who they were until then, of somebody who was identified. */
  readonly formerId: string | null;
  /** Of CONVERSATION_CHANGED: what was changed, where that was noted. */
  readonly change: ConversationChange | null;
  /** Of the message kinds: the message as it was when the event was made or read. */
  readonly message: Message | null;
  /** W3C trace context of the write. */
  readonly traceparent: string | null;
  /** When the relay gave it to the bus, in ms since 1970; only on what came over the bus. */
  readonly publishedAt?: number;
};

/** JSON knows no dates; these are the fields that hold one. */
export function reviveDurableEvent(event: DurableEvent): DurableEvent {
  const { message } = event;
  return {
    ...event,
    at: new Date(event.at),
    message: message && {
      ...message,
      sentAt: toDate(message.sentAt),
      createdAt: new Date(message.createdAt),
      editedAt: toDate(message.editedAt),
      deletedAt: toDate(message.deletedAt),
    },
  };
}

const toDate = (value: Date | null) => (value === null ? null : new Date(value));
