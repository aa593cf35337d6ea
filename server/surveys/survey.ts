export type Survey = {
  readonly id: string;
  readonly conversationId: string;
  readonly rating: number;
  readonly comment: string | null;
  readonly submittedAt: Date;
};

export const surveyFields = { id: true, conversationId: true, rating: true, comment: true, submittedAt: true } as const;
