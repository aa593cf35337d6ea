import { GraphQLError } from 'graphql';

/** Every code a client can meet. The last three are GraphQL's own. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'CONFLICT'
  | 'CONVERSATION_CLOSED'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'INTERNAL_SERVER_ERROR';

/** An answer that is the caller's to act on. Its message and details go to the client as they are. */
export class ChatError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = 'ChatError';
    this.code = code;
    this.details = details;
  }
}

export const unauthenticated = (why: string) =>
  new ChatError('UNAUTHENTICATED', `${why} Send a valid token: "Authorization: Bearer <JWT>".`);

/** Also for what exists and is not the caller's: the two must look alike (D8). */
export const notFound = (what: string) => new ChatError('NOT_FOUND', `No such ${what}.`);

export const forbidden = (why: string) => new ChatError('FORBIDDEN', why);

export const badInput = (field: string, why: string) => new ChatError('BAD_USER_INPUT', `${field}: ${why}`, { field });

export const conflict = (why: string, details?: Record<string, unknown>) => new ChatError('CONFLICT', why, details);

export const conversationClosed = () =>
  new ChatError('CONVERSATION_CLOSED', 'This conversation is closed. Ask an agent to reopen it, or start a new one.');

export const unavailable = () =>
  new ChatError('UNAVAILABLE', 'The service is away for a moment. Try again with the same id: nothing was lost.');

export const rateLimited = (retryAfterMs: number) =>
  new ChatError('RATE_LIMITED', 'Too much at once. Try again later, after retryAfterMs.', { retryAfterMs });

/** SQLSTATEs and driver codes that mean "PostgreSQL is away or overloaded", not "the statement is wrong". */
const awayCodes = new Set([
  '08000',
  '08001',
  '08003',
  '08004',
  '08006', // connection lost or refused
  '53000',
  '53100',
  '53200', // no room on its disk or in its memory
  '53300',
  '53400', // too many connections
  '55P03', // lock_timeout
  '57014', // statement_timeout
  '57P01',
  '57P02',
  '57P03',
  '57P05', // shutting down, crashed, starting up, idle session ended
  '25P03', // idle_in_transaction_session_timeout
  '25006', // a former primary, read-only since the failover
  '55000', // the database takes no connections just now
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028', // Prisma's words for the same
]);

const awayMessages =
  /connection terminated|terminating connection|can't reach database|connection timeout|query read timeout|timeout exceeded when trying to connect|timeout expired|client has encountered a connection error|server (?:has )?closed the connection|ECONNREFUSED|ECONNRESET/i;

/** PgBouncer has one SQLSTATE for all that it says by itself, which is PostgreSQL's for a statement sent wrongly: its words tell. */
const POOLER_CODE = '08P01';
const poolerAwayMessages =
  /server conn crashed|server login has been failing|cannot connect to server|no more connections allowed|database "[^"]*" is disabled|database removed|(?:query_wait_|query[_ ]|client_idle_|client_login_|idle[_ ]transaction[_ ])timeout/i;

/** The SQLSTATE or driver code behind an error, however deeply Prisma wrapped it. */
export function databaseErrorCode(error: unknown): string | undefined {
  for (let e = error, depth = 0; e && typeof e === 'object' && depth < 6; depth++) {
    const { code, meta, cause, originalCode } = e as Record<string, unknown>;
    if (typeof originalCode === 'string') return originalCode;
    const inner = (meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError ?? cause;
    if (inner && typeof inner === 'object') e = inner;
    else return typeof code === 'string' ? code : undefined;
  }
  return undefined;
}

export function isDatabaseAway(error: unknown): boolean {
  const code = databaseErrorCode(error);
  if (code !== undefined && awayCodes.has(code)) return true;
  const outer = (error as { code?: unknown } | null)?.code;
  if (typeof outer === 'string' && awayCodes.has(outer)) return true;
  for (let e = error, depth = 0; e instanceof Error && depth < 6; depth++) {
    if (awayMessages.test(e.message)) return true;
    if (code === POOLER_CODE && poolerAwayMessages.test(e.message)) return true;
    e = (e as { meta?: { driverAdapterError?: unknown } }).meta?.driverAdapterError ?? e.cause;
  }
  return false;
}

/** What the triggers of deleted participants raise, see the migration identity: they have just been deleted. */
export const isParticipantDeleted = (error: unknown) => databaseErrorCode(error) === 'PD001';

/** Whether a statement gave up waiting: for a lock that somebody holds, or because it took too long. */
export function isTooLong(error: unknown): boolean {
  const code = databaseErrorCode(error);
  return code === '55P03' || code === '57014';
}

/** Whether running the same statement again is the right answer: deadlock, serialization failure, a twin id at the same moment. */
export function isWorthRepeating(error: unknown): boolean {
  const code = databaseErrorCode(error);
  return code === '40P01' || code === '40001' || code === '23505' || code === 'P2002' || code === 'P2034';
}

/** Apollo's words for what the closed list says otherwise. */
const aliases: Record<string, ErrorCode> = {
  OPERATION_RESOLUTION_FAILURE: 'GRAPHQL_VALIDATION_FAILED',
  BAD_REQUEST: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_USER_INPUT',
};
const SUGGESTION = / Did you mean .*\?$/s;

/**
 * The one translation of whatever was thrown to what a client may see, on both transports. What is neither a ChatError nor
 * GraphQL's own complaint becomes INTERNAL_SERVER_ERROR without a word of the original, which goes to `report`.
 */
export function toClientError(
  error: GraphQLError,
  report: (error: unknown) => void,
  { hideSuggestions }: { hideSuggestions: boolean },
): GraphQLError {
  const cause = rootCause(error);
  const make = (message: string, extensions: Record<string, unknown>) =>
    new GraphQLError(message, {
      nodes: error.nodes,
      source: error.source,
      positions: error.positions,
      path: error.path,
      extensions,
    });
  if (cause instanceof ChatError) return make(cause.message, { ...cause.details, code: cause.code });
  if (cause instanceof GraphQLError) {
    const field = fieldOf(error.message);
    // One with a path was thrown while executing. Unless it is about an argument, the fault is ours.
    const fallback = error.path ? 'INTERNAL_SERVER_ERROR' : 'GRAPHQL_VALIDATION_FAILED';
    const code = String(error.extensions.code ?? fallback);
    const message = hideSuggestions ? error.message.replace(SUGGESTION, '') : error.message;
    if (field) return make(message, { code: 'BAD_USER_INPUT', field });
    if (code !== 'INTERNAL_SERVER_ERROR') return make(message, { code: aliases[code] ?? code });
  }
  if (isParticipantDeleted(cause))
    return make('The participant of this token was deleted.', { code: 'UNAUTHENTICATED' });
  if (isDatabaseAway(cause)) {
    const { message, code } = unavailable();
    return make(message, { code });
  }
  report(cause);
  return make('Something went wrong on our side. It was logged with this traceId.', { code: 'INTERNAL_SERVER_ERROR' });
}

/** What a resolver threw, beneath what GraphQL wrapped around it. */
export function rootCause(error: unknown): unknown {
  let e = error;
  while (e instanceof GraphQLError && e.originalError) e = e.originalError;
  return e;
}

/** `Variable "$input" got invalid value 7 at "input.sentAt"; …` → sentAt; without a path, the variable's or argument's own name. */
function fieldOf(message: string): string | undefined {
  const [, named] =
    /^(?:Variable "\$|Argument ")([^"]+)" (?:got invalid value|has invalid value|of (?:non-null|required) type)/.exec(
      message,
    ) ?? [];
  if (named === undefined) return undefined;
  const missing = /Field "([^"]+)" (?:of required type|is not defined)/.exec(message)?.[1];
  const path = / at "([^"]+)"/.exec(message)?.[1];
  return (
    missing ??
    path
      ?.split('.')
      .at(-1)
      ?.replace(/\[\d+\]$/, '') ??
    named
  );
}
