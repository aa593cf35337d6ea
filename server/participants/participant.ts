import type { Role } from '../generated/prisma/enums.ts';

/** Somebody who chats, as code passes them around. Whether they are online is asked for apart: it changes by itself. */
export type Participant = {
  readonly id: string;
  readonly externalId: string;
  readonly name: string;
  readonly role: Role;
  /** When they were deleted; null: they were not. */
  readonly deletedAt: Date | null;
};

/** Who makes a request: the participant that the token stands for. */
export type Viewer = Participant;

export const isStaff = ({ role }: Pick<Participant, 'role'>) => role !== 'CUSTOMER';

export const participantFields = { id: true, externalId: true, name: true, role: true, deletedAt: true } as const;

/** What is left of a name; clients that want to say it in their own language go by deletedAt. A constraint holds it. */
export const DELETED_NAME = 'Deleted participant';
