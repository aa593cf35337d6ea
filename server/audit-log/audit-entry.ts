import type { AuditAction } from '../generated/prisma/enums.ts';

/** Who did what to whom. Ids only: no names, no text, no tokens. */
export type AuditEntry = {
  readonly id: bigint;
  readonly at: Date;
  readonly action: AuditAction;
  readonly actorId: string | null;
  readonly participantId: string | null;
  readonly conversationId: string | null;
  readonly reference: string | null;
};
