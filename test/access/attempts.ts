import { randomUUID } from 'node:crypto';
import type { Actor } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';

/** What an operation is about. For what does not exist, the same with ids that nobody has. */
export type Target = {
  conversationId: string;
  closedId: string;
  /** Of whoever tries, where they are in it; else of an agent in it. */
  ownMessageId: string;
  /** Of somebody else who is in it. */
  othersMessageId: string;
  /** An agent who is in it. */
  participantId: string;
  /** Somebody who has nothing to do with it, and nothing to lose. */
  elsewhereId: string;
  elsewhereExternalId: string;
  ownSessionId: string;
  othersSessionId: string;
  visitToken: string;
  /** Of a link to the survey of a closed conversation. */
  surveyToken: string;
  /** The internal notes on it, made by an agent in it, and what that agent has written there. */
  notesId: string;
  noteId: string;
};
type Attempt = readonly [document: string, variables: Record<string, unknown>];

const node = 'query Node($id: ID!) { node(id: $id) { id __typename } }';
const list = 'query ($mine: Boolean) { conversations(first: 100, filter: { mine: $mine }) { edges { node { id } } } }';
const narrowed =
  'query ($filter: ConversationFilter) { conversations(first: 100, filter: $filter) { edges { node { id } } } }';
const sessions = 'query ($id: ID) { sessions(participantId: $id) { edges { node { id } } } }';
const endSession = 'mutation ($id: ID!) { endSession(id: $id) { session { id } } }';
const openNotes = 'mutation ($input: OpenNotesInput!) { openNotes(input: $input) { notes { id } } }';
const startVisit = 'mutation { startVisit { visit { token } } }';
const renewVisit = 'mutation ($input: RenewVisitInput!) { renewVisit(input: $input) { visit { token } } }';
const claimVisit = 'mutation ($input: ClaimVisitInput!) { claimVisit(input: $input) { conversations } }';
const deadLetters = (what: string) =>
  `mutation ($input: DeadLettersInput!) { ${what}DeadLetters(input: $input) { count } }`;

const day = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };

/** The table's rows as operations. Without a word in brackets a row is the operation's only one. */
export const attempts: Record<string, (target: Target, actor: Pick<Actor, 'token'>) => Attempt> = {
  viewer: () => ['{ viewer { id } }', {}],
  conversation: ({ conversationId }) => [documents.conversation, { id: conversationId }],
  conversations: () => [list, {}],
  'conversations (mine)': () => [list, { mine: true }],
  'conversations (search)': ({ conversationId }) => [narrowed, { filter: { search: conversationId } }],
  'conversations (of a participant)': ({ participantId }) => [narrowed, { filter: { participantId } }],
  'node (a conversation)': ({ conversationId }) => [node, { id: conversationId }],
  'node (a message)': ({ othersMessageId }) => [node, { id: othersMessageId }],
  'node (a participant of it)': ({ participantId }) => [node, { id: participantId }],
  'node (somebody elsewhere)': ({ elsewhereId }) => [node, { id: elsewhereId }],
  kpiOverview: () => ['{ kpiOverview { messagesTotal } }', {}],
  kpis: () => ['{ kpis { name } }', {}],
  trafficByHour: () => [
    'query ($from: DateTime!, $to: DateTime!) { trafficByHour(from: $from, to: $to) { hour } }',
    { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
  ],
  slowestMessages: () => [
    'query ($from: DateTime!, $to: DateTime!) { slowestMessages(from: $from, to: $to) { messageId } }',
    { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
  ],
  satisfaction: () => [
    'query ($filter: SatisfactionFilter!) { satisfaction(filter: $filter) { from } }',
    { filter: day },
  ],
  surveyResults: () => [
    'query ($filter: SatisfactionFilter!) { surveyResults(filter: $filter) { edges { cursor } } }',
    { filter: day },
  ],
  'subscribe newestSurveyResults': () => ['subscription { newestSurveyResults { topic } }', {}],
  agentLoads: () => ['{ agentLoads { open } }', {}],
  setKpiTarget: () => [
    'mutation ($input: SetKpiTargetInput!) { setKpiTarget(input: $input) { kpi { name } } }',
    { input: { metric: 'CSAT', value: 0.9 } },
  ],
  kpiSeries: () => [
    'query ($from: DateTime!, $to: DateTime!) { kpiSeries(metrics: [CSAT], from: $from, to: $to) { total { value } } }',
    { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
  ],
  messageJourney: ({ othersMessageId }) => [
    'query ($id: ID!) { messageJourney(messageId: $id) { traceId } }',
    { id: othersMessageId },
  ],
  deadLetters: () => ['{ deadLetters { edges { cursor } } }', {}],
  auditLog: () => ['{ auditLog(first: 1) { edges { cursor } } }', {}],
  erasure: ({ elsewhereId }) => [
    'query ($id: ID!) { erasure(participantId: $id) { requestedAt } }',
    { id: elsewhereId },
  ],
  "sessions (one's own)": () => [sessions, {}],
  "sessions (another's)": ({ elsewhereId }) => [sessions, { id: elsewhereId }],
  "sessions (everybody's)": () => ['{ sessions(everybody: true) { edges { node { id } } } }', {}],
  participants: () => ['{ participants { edges { node { id } } } }', {}],
  startConversation: () => [documents.start, { input: {} }],
  'assignConversation (to oneself)': ({ conversationId }) => [documents.assign, { input: { conversationId } }],
  moveConversation: ({ conversationId }) => [documents.move, { input: { conversationId, queue: 'Billing' } }],
  addParticipant: ({ conversationId, elsewhereExternalId }) => [
    documents.add,
    { input: { conversationId, externalId: elsewhereExternalId } },
  ],
  'removeParticipant (another)': ({ conversationId, participantId }) => [
    documents.leave,
    { input: { conversationId, participantId } },
  ],
  'removeParticipant (oneself)': ({ conversationId }) => [documents.leave, { input: { conversationId } }],
  sendMessage: ({ conversationId }) => [documents.send, { input: { id: randomUUID(), conversationId, body: 'x' } }],
  'sendMessage (into a closed one)': ({ closedId }) => [
    documents.send,
    { input: { id: randomUUID(), conversationId: closedId, body: 'x' } },
  ],
  "editMessage (one's own)": ({ conversationId, ownMessageId }) => [
    documents.edit,
    { input: { conversationId, messageId: ownMessageId, body: 'changed', version: 1 } },
  ],
  "editMessage (another's)": ({ conversationId, othersMessageId }) => [
    documents.edit,
    { input: { conversationId, messageId: othersMessageId, body: 'changed', version: 1 } },
  ],
  "deleteMessage (one's own)": ({ conversationId, ownMessageId }) => [
    documents.remove,
    { input: { conversationId, messageId: ownMessageId } },
  ],
  "deleteMessage (another's)": ({ conversationId, othersMessageId }) => [
    documents.remove,
    { input: { conversationId, messageId: othersMessageId } },
  ],
  acknowledge: ({ conversationId }) => [documents.acknowledge, { input: { conversationId, readSeq: 1 } }],
  setTyping: ({ conversationId }) => [documents.type, { input: { conversationId, typing: true } }],
  closeConversation: ({ conversationId }) => [documents.close, { input: { conversationId } }],
  reopenConversation: ({ closedId }) => [documents.reopen, { input: { conversationId: closedId } }],
  openNotes: ({ conversationId }) => [openNotes, { input: { conversationId } }],
  'conversation (internal notes)': ({ notesId }) => [documents.conversation, { id: notesId }],
  'node (internal notes)': ({ notesId }) => [node, { id: notesId }],
  'node (a message of internal notes)': ({ noteId }) => [node, { id: noteId }],
  'sendMessage (into internal notes)': ({ notesId }) => [
    documents.send,
    { input: { id: randomUUID(), conversationId: notesId, body: 'x' } },
  ],
  'deleteMessage (from internal notes)': ({ notesId, noteId }) => [
    documents.remove,
    { input: { conversationId: notesId, messageId: noteId } },
  ],
  'acknowledge (internal notes)': ({ notesId }) => [
    documents.acknowledge,
    { input: { conversationId: notesId, readSeq: 1 } },
  ],
  'setTyping (into internal notes)': ({ notesId }) => [
    documents.type,
    { input: { conversationId: notesId, typing: true } },
  ],
  surveyForm: () => ['{ surveyForm { asksNps } }', {}],
  surveyByLink: ({ surveyToken }) => [
    'query ($token: String!) { surveyByLink(token: $token) { state } }',
    { token: surveyToken },
  ],
  setSurveyForm: () => [
    'mutation ($input: SetSurveyFormInput!) { setSurveyForm(input: $input) { form { asksNps } } }',
    { input: { asksNps: false, questions: [] } },
  ],
  createSurveyLink: ({ closedId }) => [documents.surveyLink, { input: { conversationId: closedId } }],
  answerSurveyByLink: ({ surveyToken }) => [documents.answerByLink, { input: { token: surveyToken, rating: 5 } }],
  submitSurvey: ({ closedId }) => [documents.rate, { input: { conversationId: closedId, rating: 5 } }],
  "endSession (one's own)": ({ ownSessionId }) => [endSession, { id: ownSessionId }],
  "endSession (another's)": ({ othersSessionId }) => [endSession, { id: othersSessionId }],
  'revokeParticipant (another)': ({ elsewhereId }) => [
    'mutation ($id: ID!) { revokeParticipant(participantId: $id) { participant { id } } }',
    { id: elsewhereId },
  ],
  'deleteParticipant (another)': ({ elsewhereId }) => [
    'mutation ($input: DeleteParticipantInput!) { deleteParticipant(input: $input) { __typename } }',
    { input: { participantId: elsewhereId } },
  ],
  replayDeadLetters: () => [deadLetters('replay'), { input: { all: true } }],
  discardDeadLetters: () => [deadLetters('discard'), { input: { all: true } }],
  refreshToken: (_target, { token }) => [
    'mutation ($token: String!) { refreshToken(token: $token) { expiresAt } }',
    { token },
  ],
  startVisit: () => [startVisit, {}],
  renewVisit: ({ visitToken }) => [renewVisit, { input: { visitToken } }],
  claimVisit: ({ visitToken }) => [claimVisit, { input: { visitToken } }],
  'subscribe conversationUpdates': ({ conversationId }) => [documents.follow, { conversationId, afterSeq: 0 }],
  'subscribe conversationUpdates (internal notes)': ({ notesId }) => [
    documents.follow,
    { conversationId: notesId, afterSeq: 0 },
  ],
  'subscribe inboxUpdates': () => [documents.followInbox, { positions: [] }],
  'subscribe kpiOverview': () => ['subscription { kpiOverview { messagesTotal } }', {}],
};

export const absent = (target: Target): Target => ({
  ...(Object.fromEntries(Object.keys(target).map((key) => [key, randomUUID()])) as Target),
  visitToken: target.visitToken,
  surveyToken: target.surveyToken,
});
