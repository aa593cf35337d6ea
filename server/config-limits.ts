import { count } from './config-kinds.ts';

/** What an operation, a participant, an address or a socket may cost: a part of config.ts. */
export const limitFields = {
  QUERY_MAX_CHARACTERS: count(20_000).describe(
    'Longest document, in UTF-16 units: the longest message, written into one, is 16,000.',
  ),
  QUERY_MAX_TOKENS: count(1_000).describe(
    'Most tokens of a document. The largest of the client has 221, introspection 184.',
  ),
  QUERY_MAX_DEPTH: count(12).describe('Deepest field of an operation. The client’s deepest is 8.'),
  QUERY_MAX_ALIASES: count(30).describe('Most aliases of an operation, fragments expanded. The client uses none.'),
  QUERY_MAX_DIRECTIVES: count(30).describe(
    'Most directives of an operation, fragments expanded. The client uses none.',
  ),
  QUERY_MAX_COST: count(10_000).describe(
    'Most an operation may cost: 1 a field, times the size of each page around it (10 for a list without pages). The client’s dearest, an inbox of 100, costs 3,401.',
  ),

  LIMIT_COST_PER_PARTICIPANT: count(100_000).describe(
    'What all operations of a participant may cost in 10 s: ten of the dearest, or the 200 messages a second of a busy bot.',
  ),
  LIMIT_SENDS_PER_CUSTOMER: count(300).describe(
    'Messages a customer may send in 10 s. People send one a second; what an offline device has kept comes in a burst.',
  ),
  LIMIT_SENDS_PER_AGENT: count(3_000).describe(
    'Messages an agent or manager may send in 10 s: bots answer many customers at once.',
  ),
  LIMIT_SENDS_PER_CONVERSATION: count(600).describe(
    'Messages stored in a conversation in 10 s, by all its members: what its readers can follow.',
  ),
  LIMIT_STARTS_PER_CUSTOMER: count(100).describe('Conversations a customer may start in 10 minutes.'),
  LIMIT_SURVEY_ANSWERS_PER_PARTICIPANT: count(60).describe('Survey answers a participant may give in 10 minutes.'),
  LIMIT_SURVEY_LINKS_PER_ADDRESS: count(100).describe(
    'Survey links that may be opened or answered from one address in 10 minutes: an office behind one.',
  ),
  LIMIT_SURVEY_WEBHOOKS_PER_ADDRESS: count(3_000).describe(
    'Webhooks of the survey provider taken from one address in 10 minutes: five a second, which is 400,000 conversations a day.',
  ),
  LIMIT_FAILED_LOGINS_PER_ADDRESS: count(300).describe(
    'Bad tokens and sign-in codes from one address in a minute. Who was let in before stays in.',
  ),
  LIMIT_VISITS_PER_ADDRESS: count(100).describe(
    'Visits that may begin from one address in an hour: an office behind one.',
  ),
  LIMIT_SOCKETS_PER_ADDRESS: count(2_000).describe(
    'Open sockets of one address, per process: a large office behind one. Behind a proxy set `TRUST_PROXY`.',
  ),
  LIMIT_SOCKETS_PER_PARTICIPANT: count(50).describe('Open sockets of one participant, per process: devices and tabs.'),
  LIMIT_UNAUTHENTICATED_SOCKETS: count(2_000).describe(
    'Sockets without `connection_init` yet, per process: 10 KB each, and each for `SOCKET_INIT_TIMEOUT_MS` at most.',
  ),
  LIMIT_UNAUTHENTICATED_SOCKETS_PER_ADDRESS: count(200).describe(
    'The same of one address: an office that comes back at once.',
  ),
  LIMIT_OPERATIONS_PER_SOCKET: count(200).describe('Queries and mutations under way on one socket.'),
  LIMIT_SUBSCRIPTIONS_PER_SOCKET: count(100).describe('Running subscriptions of one socket; an inbox is one.'),
  LIMIT_FRAMES_PER_SOCKET: count(5_000).describe(
    'Frames a socket may send in 10 s, pings included: 250 messages a second with their receipts.',
  ),
} as const;
