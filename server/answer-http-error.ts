import type { Response } from 'express';
import { ChatError, isDatabaseAway, unavailable } from './errors.ts';

const statusOf: Partial<Record<ChatError['code'], number>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};

/** What was thrown, to whoever called a route that is not GraphQL's. Throws what is our fault on, to be answered and logged. */
export function answerHttpError(response: Response, error: unknown): void {
  const known = error instanceof ChatError ? error : isDatabaseAway(error) ? unavailable() : undefined;
  if (!known) throw error;
  const { code, message, details } = known;
  if (code === 'RATE_LIMITED') response.set('retry-after', String(Math.ceil(Number(details.retryAfterMs) / 1_000)));
  response.status(statusOf[code] ?? 400).json({ error: { code, message, ...details } });
}
