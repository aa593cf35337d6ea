/** A connection of one participant, in whatever protocol. Errors end the run: a benchmark has none to hide. */
export type Link = {
  start(conversationId: string): Promise<void>;
  send(message: Outgoing): Promise<number>;
  /** Resolves when the subscription is live. */
  follow(conversationId: string, onPosted: (posted: Posted) => void): Promise<void>;
  /** Become a member of another's conversation, and tell what was received; where the server knows that. */
  claim(conversationId: string): Promise<void>;
  acknowledge(conversationId: string, seq: number): Promise<void>;
  close(): void;
};

export type Outgoing = { readonly id: string; readonly conversationId: string; readonly body: string };
export type Posted = { readonly id: string; readonly seq: number };

/** What the documents below answer with; each has its own part of it. */
export type Answered = {
  readonly sendMessage: { readonly message: Posted };
  readonly conversationUpdates:
    | { readonly __typename: 'MessagePosted'; readonly seq: number; readonly message: Posted }
    | { readonly __typename: 'CaughtUp' };
};
export type Answer =
  | { readonly data: Answered; readonly errors?: undefined }
  | { readonly data?: undefined; readonly errors: readonly { readonly message: string }[] };

export const documents = {
  start: 'mutation Start($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }',
  claim:
    'mutation Claim($input: AssignConversationInput!) { assignConversation(input: $input) { conversation { id } } }',
  addParticipant:
    'mutation Add($input: AddParticipantInput!) { addParticipant(input: $input) { conversation { id } } }',
  send: 'mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { message { id seq } duplicate } }',
  acknowledge:
    'mutation Acknowledge($input: AcknowledgeInput!) { acknowledge(input: $input) { member { deliveredSeq } } }',
  follow: `subscription Follow($conversationId: ID!, $afterSeq: Int) {
    conversationUpdates(conversationId: $conversationId, afterSeq: $afterSeq) {
      __typename
      ... on MessagePosted { conversationId seq message { id seq body } }
      ... on CaughtUp { headSeq }
    }
  }`,
} as const;
