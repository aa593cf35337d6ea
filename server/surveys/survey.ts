import type { Sealing } from '../sealing/sealing.ts';

export type Survey = {
  readonly id: string;
  readonly conversationId: string;
  readonly rating: number;
  readonly comment: string | null;
  readonly submittedAt: Date;
};

export const surveyFields = {
  id: true,
  conversationId: true,
  rating: true,
  comment: true,
  keyId: true,
  submittedAt: true,
} as const;

type SealedComment = {
  readonly comment: string | null;
  readonly keyId: string | null;
  readonly conversationId: string;
};

/** Whatever reads rows of surveys passes them through here: their comments may be sealed. */
export const openComments = <Row extends SealedComment>(sealing: Sealing, rows: readonly Row[]): Promise<Row[]> =>
  sealing.openAll(
    rows,
    ({ conversationId, comment }) => ({ place: commentPlace(conversationId), text: comment }),
    (row, comment) => ({ ...row, comment }),
  );

/** Apart from the places of messages. */
export const commentPlace = (conversationId: string) => `comment on ${conversationId}`;
