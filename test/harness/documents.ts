/** The operations that tests use, as a client would write them. */

const update = `
  __typename
  ... on ConversationEvent { conversationId seq at actor { id } }
  ... on MessagePosted { message { ...message } }
  ... on MessageEdited { message { ...message } }
  ... on MessageDeleted { message { ...message } }
  ... on ParticipantJoined { participant { id } }
  ... on ParticipantLeft { participant { id } }
  ... on ConversationChanged { conversation { id status priority subject assignee { id } } }
  ... on ReceiptAdvanced { conversationId participant { id } deliveredSeq readSeq }
  ... on TypingChanged { conversationId participant { id } typing }
  ... on PresenceChanged { conversationId participant { id } online }
  ... on CaughtUp { conversationId headSeq }`;

export const message =
  'fragment message on Message { id seq body version status sender { id } sentAt createdAt editedAt deletedAt }';

export const follow = `subscription Follow($conversationId: ID!, $afterSeq: Int) {
  conversationUpdates(conversationId: $conversationId, afterSeq: $afterSeq) { ${update} }
} ${message}`;

export const followInbox = `subscription Inbox($positions: [ConversationPosition!]) {
  inboxUpdates(positions: $positions) { conversation { id } update { ${update} } }
} ${message}`;

export const start =
  'mutation Start($input: StartConversationInput!) { startConversation(input: $input) { conversation { id status } } }';
export const assign =
  'mutation Assign($input: AssignConversationInput!) { assignConversation(input: $input) { conversation { id status headSeq } } }';
export const send = `mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { duplicate message { ...message } } } ${message}`;
export const edit = `mutation Edit($input: EditMessageInput!) { editMessage(input: $input) { message { ...message } } } ${message}`;
export const remove = `mutation Delete($input: DeleteMessageInput!) { deleteMessage(input: $input) { message { ...message } } } ${message}`;
export const acknowledge =
  'mutation Acknowledge($input: AcknowledgeInput!) { acknowledge(input: $input) { member { deliveredSeq readSeq participant { id } } } }';
export const type = 'mutation Type($input: SetTypingInput!) { setTyping(input: $input) { expiresAt } }';
export const close =
  'mutation Close($input: CloseConversationInput!) { closeConversation(input: $input) { conversation { id status closedAt } } }';
export const move =
  'mutation Move($input: MoveConversationInput!) { moveConversation(input: $input) { conversation { id queue headSeq } } }';
export const reopen =
  'mutation Reopen($input: ReopenConversationInput!) { reopenConversation(input: $input) { conversation { id status closedAt } } }';
export const add =
  'mutation Add($input: AddParticipantInput!) { addParticipant(input: $input) { conversation { id } } }';
export const leave =
  'mutation Leave($input: RemoveParticipantInput!) { removeParticipant(input: $input) { conversation { id status } } }';
export const rate =
  'mutation Rate($input: SubmitSurveyInput!) { submitSurvey(input: $input) { survey { id rating comment submittedAt conversationId } } }';
export const surveyLink =
  'mutation SurveyLink($input: CreateSurveyLinkInput!) { createSurveyLink(input: $input) { link { url token expiresAt } } }';
export const answerByLink =
  'mutation AnswerByLink($input: AnswerSurveyByLinkInput!) { answerSurveyByLink(input: $input) { survey { rating comment } } }';
export const setForm = `mutation SetForm($input: SetSurveyFormInput!) {
  setSurveyForm(input: $input) { form { asksNps questions { id text kind } } }
}`;

/** Everything that a client shows of a conversation. */
export const conversation = `query Conversation($id: ID!, $last: Int = 100) {
  conversation(id: $id) {
    id subject topic queue status priority headSeq unreadCount createdAt closedAt
    assignee { id }
    members { participant { id online } deliveredSeq readSeq joinedAt leftAt }
    messages(last: $last) { edges { cursor node { ...message } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
    survey { rating comment }
  }
} ${message}`;
