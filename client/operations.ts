/* Every GraphQL document that the client sends. Plain strings: a parser in the browser would cost more than it says. */

const person = `fragment PersonParts on Participant { id name role }`;

const message = `fragment MessageParts on Message {
  id seq sender { ...PersonParts } body version status sentAt createdAt editedAt deletedAt
}`;

const conversation = `fragment ConversationParts on Conversation {
  id subject topic queue status priority assignee { ...PersonParts } createdAt closedAt
}`;

const update = `fragment UpdateParts on ConversationUpdate {
  __typename
  ... on ConversationEvent { conversationId seq }
  ... on MessagePosted { message { ...MessageParts } }
  ... on MessageEdited { message { ...MessageParts } }
  ... on MessageDeleted { message { ...MessageParts } }
  ... on ParticipantJoined { participant { ...PersonParts online } }
  ... on ParticipantLeft { participant { ...PersonParts } }
  ... on ParticipantDeleted { participant { ...PersonParts } }
  ... on ParticipantIdentified { participant { ...PersonParts online } formerId }
  ... on ConversationChanged { conversation { ...ConversationParts } }
  ... on ReceiptAdvanced { conversationId participant { ...PersonParts } deliveredSeq readSeq }
  ... on TypingChanged { conversationId participant { ...PersonParts } typing }
  ... on PresenceChanged { conversationId participant { ...PersonParts } online }
  ... on CaughtUp { conversationId headSeq }
}`;

const member = `fragment MemberParts on ConversationMember {
  participant { ...PersonParts online } deliveredSeq readSeq leftAt
}`;

const survey = `fragment SurveyParts on Survey { id rating comment submittedAt }`;

export const viewerQuery = `query Viewer { viewer { ...PersonParts } } ${person}`;

export const conversationQuery = `query Conversation($id: ID!, $last: Int!) {
  viewer { ...PersonParts }
  conversation(id: $id) {
    ...ConversationParts headSeq unreadCount
    members { ...MemberParts }
    messages(last: $last) { edges { node { ...MessageParts } } pageInfo { hasPreviousPage startCursor } }
    survey { ...SurveyParts }
  }
} ${person} ${message} ${conversation} ${member} ${survey}`;

export const positionQuery = `query Position($id: ID!) {
  viewer { id }
  conversation(id: $id) { headSeq survey { ...SurveyParts } }
} ${survey}`;

export const earlierMessagesQuery = `query EarlierMessages($id: ID!, $last: Int!, $before: String) {
  conversation(id: $id) {
    messages(last: $last, before: $before) { edges { node { ...MessageParts } } pageInfo { hasPreviousPage startCursor } }
  }
} ${person} ${message}`;

export const conversationUpdatesSubscription = `subscription ConversationUpdates($id: ID!, $afterSeq: Int!) {
  conversationUpdates(conversationId: $id, afterSeq: $afterSeq) { ...UpdateParts }
} ${person} ${message} ${conversation} ${update}`;

export const inboxQuery = `query Inbox($after: String) {
  conversations(filter: { mine: true }, first: 100, after: $after) {
    edges {
      node {
        ...ConversationParts headSeq unreadCount
        messages(last: 1) { edges { node { ...MessageParts } } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
} ${person} ${message} ${conversation}`;

export const inboxUpdatesSubscription = `subscription InboxUpdates($positions: [ConversationPosition!]) {
  inboxUpdates(positions: $positions) {
    conversation { ...ConversationParts unreadCount notesOf { id } }
    update { ...UpdateParts }
  }
} ${person} ${message} ${conversation} ${update}`;

export const refreshTokenMutation = `mutation RefreshToken($token: String!) {
  refreshToken(token: $token) { expiresAt }
}`;

export const startConversationMutation = `mutation StartConversation($input: StartConversationInput!) {
  startConversation(input: $input) { conversation { id } }
}`;

export const sendMessageMutation = `mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) { message { ...MessageParts } duplicate }
} ${person} ${message}`;

export const editMessageMutation = `mutation EditMessage($input: EditMessageInput!) {
  editMessage(input: $input) { message { ...MessageParts } }
} ${person} ${message}`;

export const deleteMessageMutation = `mutation DeleteMessage($input: DeleteMessageInput!) {
  deleteMessage(input: $input) { message { ...MessageParts } }
} ${person} ${message}`;

export const acknowledgeMutation = `mutation Acknowledge($input: AcknowledgeInput!) {
  acknowledge(input: $input) { member { participant { ...PersonParts } deliveredSeq readSeq } }
} ${person}`;

export const setTypingMutation = `mutation SetTyping($input: SetTypingInput!) {
  setTyping(input: $input) { expiresAt }
}`;

export const assignConversationMutation = `mutation AssignConversation($input: AssignConversationInput!) {
  assignConversation(input: $input) { conversation { id } }
}`;

export const moveConversationMutation = `mutation MoveConversation($input: MoveConversationInput!) {
  moveConversation(input: $input) { conversation { id } }
}`;

export const addParticipantMutation = `mutation AddParticipant($input: AddParticipantInput!) {
  addParticipant(input: $input) { conversation { id } }
}`;

export const removeParticipantMutation = `mutation RemoveParticipant($input: RemoveParticipantInput!) {
  removeParticipant(input: $input) { conversation { id } }
}`;

export const closeConversationMutation = `mutation CloseConversation($input: CloseConversationInput!) {
  closeConversation(input: $input) { conversation { id } }
}`;

export const reopenConversationMutation = `mutation ReopenConversation($input: ReopenConversationInput!) {
  reopenConversation(input: $input) { conversation { id } }
}`;

export const submitSurveyMutation = `mutation SubmitSurvey($input: SubmitSurveyInput!) {
  submitSurvey(input: $input) { survey { ...SurveyParts } }
} ${survey}`;
