import type { ConversationStatus, Priority } from '../generated/prisma/enums.ts';

export type Conversation = {
  readonly id: string;
  readonly subject: string | null;
  readonly topic: string | null;
  readonly queue: string | null;
  readonly status: ConversationStatus;
  readonly priority: Priority;
  readonly headSeq: number;
  readonly assigneeId: string | null;
  readonly createdAt: Date;
  readonly closedAt: Date | null;
  /** Of internal notes: the conversation that they are about. */
  readonly notesOfId: string | null;
  /** Where it was read along. */
  readonly activityAt?: Date;
};

export type Member = {
  readonly conversationId: string;
  readonly participantId: string;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  readonly joinedAt: Date;
  readonly leftAt: Date | null;
};

export const conversationFields = {
  id: true,
  subject: true,
  topic: true,
  queue: true,
  status: true,
  priority: true,
  headSeq: true,
  assigneeId: true,
  createdAt: true,
  closedAt: true,
  notesOfId: true,
} as const;
