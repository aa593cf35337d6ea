/* What the operations in operations.ts select, written by hand; operations.test.ts holds both against the schema. */

export type Role = 'CUSTOMER' | 'AGENT' | 'MANAGER';
export type Priority = 'LOW' | 'NORMAL' | 'HIGH' | 'URGENT';
export type ConversationStatus = 'WAITING' | 'OPEN' | 'CLOSED';
export type WireMessageStatus = 'SENT' | 'DELIVERED' | 'READ';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

export interface WireMessage {
  readonly id: string;
  readonly seq: number;
  readonly sender: Person;
  /** Null once deleted. */
  readonly body: string | null;
  /** 1 as sent, one more for each edit and for the deletion. */
  readonly version: number;
  readonly status: WireMessageStatus;
  readonly sentAt: string | null;
  readonly createdAt: string;
  readonly editedAt: string | null;
  readonly deletedAt: string | null;
}

/** What a ConversationChanged may change. */
export interface ConversationFields {
  readonly id: string;
  readonly subject: string | null;
  readonly topic: string | null;
  readonly queue: string | null;
  readonly status: ConversationStatus;
  readonly priority: Priority;
  readonly assignee: Person | null;
  readonly createdAt: string;
  readonly closedAt: string | null;
}

export interface Survey {
  readonly id: string;
  /** 1 (very bad) to 5 (very good). */
  readonly rating: number;
  readonly comment: string | null;
  readonly submittedAt: string;
}

/** To what surveys ask besides the rating and the comment. */
export interface SurveyAnswers {
  /** 0 (not at all) to 10 (very likely). */
  readonly nps?: number | null;
  readonly answers?: readonly { readonly questionId: string; readonly value?: number; readonly text?: string }[];
}

export interface WireMember {
  readonly participant: Person & { readonly online: boolean };
  readonly deliveredSeq: number;
  readonly readSeq: number;
  readonly leftAt: string | null;
}

export interface WirePage {
  readonly edges: readonly { readonly node: WireMessage }[];
  readonly pageInfo: { readonly hasPreviousPage: boolean; readonly startCursor: string | null };
}

/** The answer to the query that opens a conversation. */
export interface WireSnapshot {
  readonly viewer: Person;
  readonly conversation: ConversationFields & {
    readonly headSeq: number;
    readonly unreadCount: number;
    readonly members: readonly WireMember[];
    readonly messages: WirePage;
    readonly survey: Survey | null;
  };
}

interface Durable {
  readonly conversationId: string;
  readonly seq: number;
}

export type DurableEvent =
  | (Durable & {
      readonly __typename: 'MessagePosted' | 'MessageEdited' | 'MessageDeleted';
      readonly message: WireMessage;
    })
  | (Durable & {
      readonly __typename: 'ParticipantJoined';
      readonly participant: Person & { readonly online: boolean };
    })
  | (Durable & {
      readonly __typename: 'ParticipantIdentified';
      readonly participant: Person & { readonly online: boolean };
      readonly formerId: string;
    })
  | (Durable & { readonly __typename: 'ParticipantLeft' | 'ParticipantDeleted'; readonly participant: Person })
  | (Durable & { readonly __typename: 'ConversationChanged'; readonly conversation: ConversationFields });

interface Passing {
  readonly conversationId: string;
  readonly participant: Person;
}

export type PassingChange =
  | (Passing & { readonly __typename: 'ReceiptAdvanced'; readonly deliveredSeq: number; readonly readSeq: number })
  | (Passing & { readonly __typename: 'TypingChanged'; readonly typing: boolean })
  | (Passing & { readonly __typename: 'PresenceChanged'; readonly online: boolean })
  | { readonly __typename: 'CaughtUp'; readonly conversationId: string; readonly headSeq: number };

export type ConversationUpdate = DurableEvent | PassingChange;

export function isDurable(update: ConversationUpdate): update is DurableEvent {
  return 'seq' in update;
}
