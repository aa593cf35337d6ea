/** The part of Parley's contract that the load speaks, for the GraphQL servers that it is compared with. */
export const typeDefs = /* GraphQL */ `
  type Query { ok: Boolean! }
  type Mutation {
    startConversation(input: StartConversationInput!): StartConversationPayload!
    sendMessage(input: SendMessageInput!): SendMessagePayload!
  }
  type Subscription { conversationUpdates(conversationId: ID!, afterSeq: Int): ConversationUpdate! }
  input StartConversationInput { id: ID! }
  type StartConversationPayload { conversation: Conversation! }
  type Conversation { id: ID! }
  input SendMessageInput { id: ID!, conversationId: ID!, body: String! }
  type SendMessagePayload { message: Message!, duplicate: Boolean! }
  type Message { id: ID!, seq: Int!, body: String! }
  union ConversationUpdate = MessagePosted | CaughtUp
  type MessagePosted { conversationId: ID!, seq: Int!, message: Message! }
  type CaughtUp { conversationId: ID!, headSeq: Int! }
`;
