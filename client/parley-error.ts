/** The server's codes, and five of the client's own. */
export type ParleyErrorCode =
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
  | 'INTERNAL_SERVER_ERROR'
  /** The connection broke before the answer came; whether the server did it is not known. */
  | 'NETWORK'
  /** No answer in time; whether the server did it is not known. */
  | 'TIMEOUT'
  /** This client was closed by its owner. */
  | 'CLIENT_CLOSED'
  /** The token is somebody else's than what is stored under this `cacheKey`: nothing is shown or sent. */
  | 'WRONG_PARTICIPANT'
  /** Another process uses this file (`openFileStorage`). */
  | 'STORAGE_IN_USE';

export class ParleyError extends Error {
  readonly code: ParleyErrorCode;
  /** What the server put into the error's extensions: `field`, `retryAfterMs`, `message`, `traceId` … */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ParleyErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = 'ParleyError';
    this.code = code;
    this.details = details;
  }

  /** Whether the same thing may succeed a little later. */
  get temporary(): boolean {
    return temporaryCodes.has(this.code);
  }

  /** The least wait that the server asks for, in ms. */
  get retryAfterMs(): number {
    return typeof this.details.retryAfterMs === 'number' ? this.details.retryAfterMs : 0;
  }
}

const temporaryCodes = new Set<ParleyErrorCode>(['NETWORK', 'TIMEOUT', 'UNAVAILABLE', 'RATE_LIMITED']);

interface WireError {
  message?: string;
  extensions?: Record<string, unknown>;
}

/** From a GraphQL result's `errors`; the first one decides. */
export function fromGraphQLErrors(errors: readonly WireError[]): ParleyError {
  const { message, extensions: { code, ...details } = {} } = errors[0] ?? {};
  return new ParleyError(
    (typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR') as ParleyErrorCode,
    message ?? 'The server answered with an error.',
    details,
  );
}

/** From whatever graphql-ws hands to an operation's `error`: GraphQL errors, a close event, or the socket's own error. */
export function fromSocketError(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  if (Array.isArray(error)) return fromGraphQLErrors(error as WireError[]);
  const { code, reason } = (error ?? {}) as { code?: unknown; reason?: unknown };
  if (code === FORBIDDEN_CLOSE) return new ParleyError('UNAUTHENTICATED', String(reason || 'The token was refused.'));
  return new ParleyError('NETWORK', 'The connection was lost.', typeof code === 'number' ? { closeCode: code } : {});
}

/** The close code by which the server refuses a token, or ends a socket whose token ran out. */
export const FORBIDDEN_CLOSE = 4403;
