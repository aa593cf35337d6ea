/** What the canary asks of the public API. Where only trusted documents are run, these are among them. */
export const start = `mutation CanaryStart($input: StartConversationInput!) {
  startConversation(input: $input) { conversation { id } }
}`;

export const claim = `mutation CanaryClaim($input: AssignConversationInput!) {
  assignConversation(input: $input) { conversation { id } }
}`;

export const follow = `subscription CanaryFollow($conversationId: ID!) {
  conversationUpdates(conversationId: $conversationId, afterSeq: 0) {
    __typename
    ... on MessagePosted { message { id } }
    ... on ReceiptAdvanced { participant { id } readSeq }
  }
}`;

export const send = `mutation CanarySend($input: SendMessageInput!) {
  sendMessage(input: $input) { message { seq } }
}`;

export const acknowledge = `mutation CanaryAcknowledge($input: AcknowledgeInput!) {
  acknowledge(input: $input) { member { readSeq } }
}`;
