import type { Config } from '../config.ts';

/**
 * What is limited in time: how many points a key (a participant, a conversation, an address) may spend in a window. How many
 * stands in config.ts; the windows are short where bursts are to end soon, long where each point leaves something behind.
 */
export const rates = {
  cost_per_participant: { points: 'LIMIT_COST_PER_PARTICIPANT', windowMs: 10_000 },
  sends_per_customer: { points: 'LIMIT_SENDS_PER_CUSTOMER', windowMs: 10_000 },
  sends_per_agent: { points: 'LIMIT_SENDS_PER_AGENT', windowMs: 10_000 },
  sends_per_conversation: { points: 'LIMIT_SENDS_PER_CONVERSATION', windowMs: 10_000 },
  starts_per_customer: { points: 'LIMIT_STARTS_PER_CUSTOMER', windowMs: 600_000 },
  survey_answers_per_participant: { points: 'LIMIT_SURVEY_ANSWERS_PER_PARTICIPANT', windowMs: 600_000 },
  survey_links_per_address: { points: 'LIMIT_SURVEY_LINKS_PER_ADDRESS', windowMs: 600_000 },
  survey_webhooks_per_address: { points: 'LIMIT_SURVEY_WEBHOOKS_PER_ADDRESS', windowMs: 600_000 },
  failed_logins_per_address: { points: 'LIMIT_FAILED_LOGINS_PER_ADDRESS', windowMs: 60_000 },
  visits_per_address: { points: 'LIMIT_VISITS_PER_ADDRESS', windowMs: 3_600_000 },
} as const satisfies Record<string, { points: keyof Config; windowMs: number }>;
export type Rate = keyof typeof rates;

/** What is limited in number: how many of a kind are there at once, in this process. */
export const stocks = {
  sockets_per_address: 'LIMIT_SOCKETS_PER_ADDRESS',
  sockets_per_participant: 'LIMIT_SOCKETS_PER_PARTICIPANT',
  unauthenticated_sockets: 'LIMIT_UNAUTHENTICATED_SOCKETS',
  unauthenticated_sockets_per_address: 'LIMIT_UNAUTHENTICATED_SOCKETS_PER_ADDRESS',
  operations_per_socket: 'LIMIT_OPERATIONS_PER_SOCKET',
  subscriptions_per_socket: 'LIMIT_SUBSCRIPTIONS_PER_SOCKET',
} as const satisfies Record<string, keyof Config>;
export type Stock = keyof typeof stocks;

/** What is limited in a document, whoever sends it. */
const documentLimits = ['characters', 'tokens', 'depth', 'aliases', 'directives', 'cost', 'trusted_documents'] as const;
export type DocumentLimit = (typeof documentLimits)[number];

/** Every limit by the name under which refusals are counted. */
export type LimitName = Rate | Stock | DocumentLimit | 'frames_per_socket';
export const limitNames = [
  ...(Object.keys(rates) as Rate[]),
  ...(Object.keys(stocks) as Stock[]),
  ...documentLimits,
  'frames_per_socket',
] as const satisfies readonly LimitName[];

/** As many as config says, times RATE_LIMIT_SCALE; never none. */
export const scaled = (points: number, { RATE_LIMIT_SCALE }: Pick<Config, 'RATE_LIMIT_SCALE'>): number =>
  Math.max(1, Math.floor(points * RATE_LIMIT_SCALE));
