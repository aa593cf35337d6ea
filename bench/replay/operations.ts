/** The operations of the play, by name; each names the fields that its part of the play needs, and no more. */

const update = /* GraphQL */ `
  fragment Update on ConversationUpdate {
    __typename
    ... on ConversationEvent { conversationId seq at }
    ... on MessagePosted { message { id seq body sender { id } } }
    ... on ReceiptAdvanced { conversationId participant { id } deliveredSeq readSeq }
    ... on TypingChanged { conversationId participant { id } typing }
    ... on PresenceChanged { conversationId participant { id } online }
    ... on CaughtUp { conversationId headSeq }
  }
`;

export const operations = {
  WhoAmI: /* GraphQL */ `query WhoAmI { viewer { id } }`,
  FollowConversation: /* GraphQL */ `
    subscription FollowConversation($conversationId: ID!, $afterSeq: Int!) {
      conversationUpdates(conversationId: $conversationId, afterSeq: $afterSeq) { ...Update }
    }
    ${update}`,
  FollowInbox: /* GraphQL */ `
    subscription FollowInbox($positions: [ConversationPosition!]!) {
      inboxUpdates(positions: $positions) { update { ...Update } }
    }
    ${update}`,
  Start: /* GraphQL */ `
    mutation Start($input: StartConversationInput!) {
      startConversation(input: $input) { conversation { id members { participant { id } } } }
    }`,
  Claim: /* GraphQL */ `
    mutation Claim($input: AssignConversationInput!) { assignConversation(input: $input) { conversation { id } } }`,
  Send: /* GraphQL */ `
    mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { message { seq } duplicate } }`,
  Acknowledge: /* GraphQL */ `
    mutation Acknowledge($input: AcknowledgeInput!) { acknowledge(input: $input) { member { deliveredSeq readSeq } } }`,
  Type: /* GraphQL */ `
    mutation Type($input: SetTypingInput!) { setTyping(input: $input) { expiresAt } }`,
  Close: /* GraphQL */ `
    mutation Close($input: CloseConversationInput!) { closeConversation(input: $input) { conversation { headSeq } } }`,
  Rate: /* GraphQL */ `
    mutation Rate($input: SubmitSurveyInput!) { submitSurvey(input: $input) { survey { rating } } }`,
  Review: /* GraphQL */ `
    query Review($id: ID!, $after: String) {
      conversation(id: $id) {
        headSeq
        messages(first: 100, after: $after) {
          edges { node { id seq body status } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }`,
} as const;

export type OperationName = keyof typeof operations;

/** What a subscription's frame carries; the fields that are there depend on the type. */
export type Update = {
  readonly __typename: string;
  readonly conversationId: string;
  readonly seq?: number;
  readonly at?: string;
  readonly message?: {
    readonly id: string;
    readonly seq: number;
    readonly body: string | null;
    readonly sender: { readonly id: string };
  };
  readonly participant?: { readonly id: string };
  readonly deliveredSeq?: number;
  readonly readSeq?: number;
  readonly headSeq?: number;
};

/** The update in a subscription's data, whichever subscription it is of. */
export function updateOf(data: unknown): Update | undefined {
  const { conversationUpdates, inboxUpdates } = (data ?? {}) as {
    conversationUpdates?: Update;
    inboxUpdates?: { update?: Update };
  };
  return conversationUpdates ?? inboxUpdates?.update;
}
