/* What the page of dead letters asks for and does; settings/kpi-target.test.ts holds it against the schema. */

export interface DeadLetter {
  readonly id: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly createdAt: string;
  readonly failedAt: string;
  readonly attempts: number;
  readonly lastError: string | null;
}

export interface DeadLetterPage {
  readonly deadLetters: {
    readonly edges: readonly { readonly node: DeadLetter }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

export const deadLettersQuery = `query DeadLetters($first: Int = 50, $after: String) {
  deadLetters(first: $first, after: $after) {
    edges { node { id conversationId seq createdAt failedAt attempts lastError } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const replayDeadLettersMutation = `mutation ReplayDeadLetters($input: DeadLettersInput!) {
  replayDeadLetters(input: $input) { count }
}`;

export const discardDeadLettersMutation = `mutation DiscardDeadLetters($input: DeadLettersInput!) {
  discardDeadLetters(input: $input) { count }
}`;
